/**
 * The runtime's thread: a cluster, its command interpreter, and the calls of the main thread.
 *
 * @module
 */

import { setTimeout as delay } from 'node:timers/promises';
import { RuntimeControl } from './cluster-control.js';
import { ClusterRuntime } from './cluster-runtime.js';
import type { ClusterControl } from './control.js';
import type { CommandResult } from './handle.js';
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
  let opened: OpenCluster | null = null;
  const cluster = (): OpenCluster => {
    if (opened === null) throw new Error('the cluster is not started');
    return opened;
  };
  const control = (): ClusterControl => cluster().control;

  exposeRpc<RuntimeApi>(
    {
      async start() {
        opened = openCluster(data, createInterpreter);
        await opened.runtime.start();
        void repairMembership(opened.runtime);
      },
      async stop() {
        opened?.feed.watch(null);
        await opened?.interpreter.close();
        await opened?.runtime.stop();
      },
      execute: (line, source) => cluster().interpreter.execute(line, source),
      status: () => cluster().runtime.status(),
      watch(intervalMs) {
        cluster().runtime.setWatched(intervalMs !== null);
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
      addNode: node => control().addNode(node),
      removeNode: node => control().removeNode(node),
      transferLeadership: to => control().transferLeadership(to),
      snapshot: node => control().snapshot(node),
      debug: (variable, node) => control().debug(variable, node),
      kv: (args, node) => control().kv(args, node),
    },
    data.controlPort,
  );
}

interface OpenCluster {
  readonly runtime: ClusterRuntime;
  readonly control: ClusterControl;
  readonly interpreter: Interpreter;
  readonly feed: StatusFeed;
}

function openCluster(data: RuntimeWorkerData, createInterpreter: CreateInterpreter): OpenCluster {
  const runtime = new ClusterRuntime(data.spec, line => interpreter.execute(line, 'gateway'));
  const control = new RuntimeControl(runtime);
  const interpreter = createInterpreter(control);
  if (data.spec.matrix !== null) control.setMatrix(data.spec.matrix);
  return {
    runtime,
    control,
    interpreter,
    feed: new StatusFeed(data.statusPort, () => runtime.status()),
  };
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
