/**
 * The runtime's thread: a cluster, its command interpreter, and the calls of the main thread.
 *
 * @module
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { RuntimeControl } from './cluster-control.js';
import { ClusterRuntime, openResidents } from './cluster-runtime.js';
import type { ClusterControl } from './control.js';
import type { CommandResult } from './handle.js';
import type { HostGroup } from './hosts/host-group.js';
import { replaceLostMembers } from './membership.js';
import { describeError, exposeRpc } from './rpc.js';
import type { CommandSource, RuntimeApi, RuntimeWorkerData } from './runtime-protocol.js';
import { StatusFeed } from './status-feed.js';

/** Runs lines of the command language. */
interface Interpreter {
  execute(line: string, source: CommandSource): Promise<CommandResult>;
  /** Ends what runs beside the commands. */
  close(): Promise<void>;
}

export type CreateInterpreter = (control: ClusterControl) => Interpreter;

export function hostRuntime(data: RuntimeWorkerData, createInterpreter: CreateInterpreter): void {
  exposeCluster(data.controlPort, () => openCluster(data, createInterpreter));
}

/** Any cluster that lives in this thread. */
export interface HostedCluster {
  readonly control: ClusterControl;
  readonly interpreter: Interpreter;
  readonly feed: StatusFeed;
  start(): Promise<void>;
  /** Whether somebody looks at the status stream. */
  setWatched(isWatched: boolean): void;
  stop(): Promise<void>;
}

/** Lets the main thread open a cluster and call it. */
export function exposeCluster(port: MessagePort, open: () => Promise<HostedCluster>): void {
  let opened: HostedCluster | null = null;
  const cluster = (): HostedCluster => {
    if (opened === null) throw new Error('the cluster is not started');
    return opened;
  };
  const control = (): ClusterControl => cluster().control;

  exposeRpc<RuntimeApi>(
    {
      async start() {
        opened = await open();
        await opened.start();
      },
      async stop() {
        opened?.feed.watch(null);
        await opened?.interpreter.close();
        await opened?.stop();
      },
      execute: (line, source) => cluster().interpreter.execute(line, source),
      status: () => control().status(),
      watch(intervalMs) {
        cluster().setWatched(intervalMs !== null);
        cluster().feed.watch(intervalMs);
      },
      setMatrix: rows => control().setMatrix(rows),
      setLink: (from, to, faults) => control().setLink(from, to, faults),
      filter: (from, to, kind, on) => control().filter(from, to, kind, on),
      healLinks: () => control().healLinks(),
      kill: node => control().kill(node),
      revive: node => control().revive(node),
      pause: node => control().pause(node),
      resume: node => control().resume(node),
      setClock: (node, offsetMs, rate) => control().setClock(node, offsetMs, rate),
      setDisk: (node, fault) => control().setDisk(node, fault),
      addNode: (node, host) => control().addNode(node, host),
      removeNode: node => control().removeNode(node),
      transferLeadership: to => control().transferLeadership(to),
      snapshot: node => control().snapshot(node),
      debug: (variable, node) => control().debug(variable, node),
      kv: (args, node) => control().kv(args, node),
    },
    port,
  );
}

async function openCluster(
  data: RuntimeWorkerData,
  createInterpreter: CreateInterpreter,
): Promise<HostedCluster> {
  const { spec, statusPort } = data;
  const execute = (line: string): Promise<CommandResult> => interpreter.execute(line, 'gateway');
  const { runtime, local, control, group } = await openRuntime(data, execute);
  const interpreter = createInterpreter(control);
  if (spec.matrix !== null) local.setMatrix(spec.matrix);
  group?.attach(runtime, local);
  return {
    control,
    interpreter,
    feed: new StatusFeed(statusPort, () => runtime.status()),
    async start() {
      await runtime.start();
      void repairMembership(runtime);
    },
    setWatched: isWatched => runtime.setWatched(isWatched),
    async stop() {
      await runtime.stop();
      await group?.close();
    },
  };
}

interface OpenRuntime {
  readonly runtime: ClusterRuntime;
  /** Of what runs in this process. */
  readonly local: RuntimeControl;
  readonly control: ClusterControl;
  /** Null: all nodes run in this process. */
  readonly group: HostGroup | null;
}

/** Of several hosts: waits for the others as long as it takes to know which cluster this is. */
async function openRuntime(
  { spec, statusPort }: RuntimeWorkerData,
  execute: (line: string) => Promise<CommandResult>,
): Promise<OpenRuntime> {
  if (spec.hosts === null) {
    const runtime = new ClusterRuntime(spec, openResidents(spec), execute);
    const local = new RuntimeControl(runtime);
    return { runtime, local, control: local, group: null };
  }
  // Loaded only here: a cluster of one host starts faster without it.
  const { HostGroup } = await import('./hosts/host-group.js');
  const { HostsControl } = await import('./hosts/hosts-control.js');
  const group = new HostGroup(spec, spec.hosts, notice => statusPort.postMessage({ notice }));
  const runtime = new ClusterRuntime(spec, await group.join(), execute);
  const local = new RuntimeControl(runtime);
  return { runtime, local, control: new HostsControl(local, runtime, group), group };
}

const REPAIR_RETRY_MS = 5_000;

/** Goes on beside the cluster's service: it needs a leader, and there may be none for a while. */
async function repairMembership(runtime: ClusterRuntime): Promise<void> {
  for (let isFirstTry = true; ; isFirstTry = false) {
    try {
      await replaceLostMembers(runtime);
      return;
    } catch (error) {
      const { message } = describeError(error);
      if (isFirstTry) runtime.board.event('alarm', null, `lost members not replaced yet: ${message}`);
    }
    await delay(REPAIR_RETRY_MS);
  }
}
