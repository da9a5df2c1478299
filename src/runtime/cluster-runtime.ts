/**
 * A running cluster as its own thread sees it: supervisor, router and status, joined.
 *
 * @module
 */
import type { ControlRequest } from '../node/control.js';
import { applySharedChange } from '../storage/shared-memory-disk.js';
import { ControlError } from './control.js';
import { DataDirectory } from './data-directory.js';
import { DropSampler } from './drop-sampler.js';
import { createForwardingTable, ForwardingTable, type Life } from './forwarding-table.js';
import type { CommandResult } from './handle.js';
import { askNode } from './node-control.js';
import { NodeProcess } from './node-process.js';
import type { DiskSpec, NodeApi, NodeClusterApi, NodeReport, NodeSignal, NodeSpec } from './node-protocol.js';
import type { OtherHosts } from './other-hosts.js';
import { deriveSeed } from './random.js';
import { Roster } from './roster.js';
import { Router } from './router.js';
import { exposeRpc } from './rpc.js';
import type { RuntimeSpec } from './runtime-protocol.js';
import { SleepWatch } from './sleep-watch.js';
import type { ClusterEventKind, ClusterStatus, LinkStatus } from './status.js';
import { type NodeFacts, StatusBoard } from './status-board.js';
import { type LifecycleEvent, Supervisor } from './supervisor.js';
import { TraceFile } from './trace-file.js';

export type RunningNode = NodeProcess<NodeApi, NodeSignal>;

const NODE_ENTRY = new URL('../../workers/node.js', import.meta.url);
const CALL_TIMEOUT_MS = 10_000;
/** A larger young generation than the default spares collections on the data path (measured). */
const YOUNG_GENERATION_MB = 32;
/** Each node reports at least this seldom; large clusters share ~200 reports a second. */
const REPORT_INTERVAL_MS = 50;
const REPORTS_PER_SECOND = 200;
/** Share of the shortest patience: longer sleeps are ended from here. A little less, for what has passed of the patience already. */
const WATCHED_SLEEP_SHARE = 0.8;
/** The router's random numbers must not be those of a node. */
const ROUTER_SEED_PART = 0xffff;

/** Whose data it is, and who lives where. */
export interface Residents {
  readonly clusterId: string;
  readonly roster: Roster;
  readonly durable: boolean;
  /** Null: all nodes run in this process. */
  readonly others: OtherHosts | null;
}

/** Of a cluster whose nodes all run in this process. @throws DataDirectoryError */
export function openResidents(spec: RuntimeSpec): Residents {
  const { config, nodes: founders, dataDirectory, seed } = spec;
  const directory = dataDirectory === null ? null : DataDirectory.open(dataDirectory, founders);
  return {
    clusterId: directory?.clusterId ?? `memory-${seed}`,
    roster: new Roster({ config, founders, directory, self: null }),
    durable: directory !== null,
    others: null,
  };
}

export class ClusterRuntime {
  readonly spec: RuntimeSpec;
  readonly roster: Roster;
  readonly router: Router;
  readonly supervisor: Supervisor<RunningNode>;
  readonly board: StatusBoard;
  /** Told of every report of this process's nodes. */
  onReport: (node: number, report: NodeReport) => void = () => {};
  readonly #clusterId: string;
  readonly #others: OtherHosts | null;
  readonly #trace: TraceFile | null;
  readonly #sleeps: SleepWatch;
  readonly #forwarding = createForwardingTable();
  #lastLife: Life = 0;
  /** Those that have ways to each other. */
  readonly #serving = new Set<RunningNode>();
  #isWatched = false;
  readonly #execute: (line: string) => Promise<CommandResult>;

  /** `execute` runs what a node's gateway was given as a `CHAOS` command. */
  constructor(spec: RuntimeSpec, residents: Residents, execute: (line: string) => Promise<CommandResult>) {
    this.spec = spec;
    this.#execute = execute;
    this.#clusterId = residents.clusterId;
    this.#others = residents.others;
    this.roster = residents.roster;
    this.board = new StatusBoard(
      {
        startedAtMs: Date.now(),
        seed: spec.seed,
        durable: residents.durable,
        electionTimeoutMs: spec.config.electionTimeoutMaxMs,
        heartbeatMs: spec.config.heartbeatMs,
      },
      Date.now,
    );
    const drops = new DropSampler(Date.now, (from, text) => this.board.event('fault', from, text));
    this.router = new Router({
      size: Math.max(...this.roster.nodes) + 1,
      seed: deriveSeed(spec.seed, ROUTER_SEED_PART),
      now: () => performance.now(),
      schedule,
      forwarding: new ForwardingTable(this.#forwarding),
      onDrop: drop => drops.add(drop),
    });
    this.#sleeps = new SleepWatch(WATCHED_SLEEP_SHARE * spec.config.electionTimeoutMinMs, schedule);
    this.#trace = spec.traceFile === null ? null : new TraceFile(spec.traceFile);
    this.supervisor = new Supervisor<RunningNode>({
      launch: node => this.#launch(node),
      policy: spec.restartPolicy,
      now: Date.now,
      onEvent: (node, event) => this.board.event(...describeLifecycle(node, event)),
    });
  }

  /**
   * Starts all nodes. Those whose disks cannot be trusted are left down as faulty as long as the others are a majority.
   * @throws the first other failure, after everything is stopped again
   */
  async start(): Promise<void> {
    const isMember = (node: number): boolean => !this.roster.get(node).record.isRemoved;
    const local = this.roster.nodes.filter(node => this.roster.isLocal(node));
    const members = local.filter(isMember);
    for (const node of local) if (!isMember(node)) this.supervisor.enterRemoved(node);
    const starts = await Promise.allSettled(members.map(node => this.supervisor.start(node)));
    const failed = members.filter((_, i) => starts[i]?.status === 'rejected');
    const isFaulty = (node: number): boolean => this.supervisor.describe(node).state === 'faulty';
    // Of several hosts this one is but a part: it serves as long as one of its nodes does.
    const weight = this.#others === null ? 2 : 1;
    const isBearable = failed.length === 0 || failed.length * weight < members.length;
    if (isBearable && failed.every(isFaulty)) return;
    await this.stop();
    throw starts.find(start => start.status === 'rejected')?.reason;
  }

  async stop(): Promise<void> {
    await this.supervisor.stopAll();
    this.router.dispose();
    this.#sleeps.dispose();
    this.#trace?.close();
  }

  /** The node to ask for the leader's part. @throws ControlError `no-leader` */
  leader(): number {
    const { leader } = this.status();
    if (leader === null) throw new ControlError('no-leader', 'no node leads a majority');
    return leader;
  }

  /** Asks a node, wherever it runs. Resolves with the log index at which it was done. @throws ControlError */
  async ask(node: number, request: ControlRequest): Promise<number> {
    if (this.#others !== null && !this.roster.isLocal(node)) return this.#others.ask(node, request);
    return askNode(this.supervisor.running(node), request);
  }

  /** Somebody is shown the status at an interval: nodes where nothing happens report more often. */
  setWatched(isWatched: boolean): void {
    this.#isWatched = isWatched;
    for (const node of this.supervisor.nodes) this.supervisor.process(node)?.setWatched(isWatched);
  }

  status(): ClusterStatus {
    this.#countRouted();
    const facts = this.#knownNodes().map(node => this.#facts(node));
    return this.board.status(facts, this.#links(facts.map(({ node }) => node)));
  }

  /** Tells every running node where the others listen. */
  async spreadAddresses(): Promise<void> {
    const { addresses } = this.roster;
    const processes = this.supervisor.nodes.map(node => this.supervisor.process(node));
    const calls = processes.map(async process => {
      // A node that ends meanwhile learns them at its next start.
      await process?.rpc.call('setAddresses', [addresses]).catch(() => {});
    });
    await Promise.all(calls);
  }

  /** What this process knows of one of its own nodes. */
  localFacts(node: number): NodeFacts {
    const { address, clock, diskFault } = this.roster.get(node);
    return {
      ...this.supervisor.describe(node),
      node,
      host: address.host,
      port: address.port,
      clockOffsetMs: clock.offsetMs,
      diskFault: diskFault.kind === 'ok' ? null : diskFault.kind,
      mailboxDepth: this.supervisor.process(node)?.mailbox.depth ?? 0,
    };
  }

  /** The links from one of this process's nodes, to every node in turn. */
  localLink(from: number, to: number): LinkStatus {
    return { from, to, faults: this.router.faults(from, to), counters: this.router.counters(from, to) };
  }

  /** A node that is being added is known once its thread is. */
  #knownNodes(): readonly number[] {
    const started = new Set(this.supervisor.nodes);
    return this.roster.nodes.filter(node => started.has(node) || !this.roster.isLocal(node));
  }

  #facts(node: number): NodeFacts {
    const others = this.roster.isLocal(node) ? null : this.#others;
    return others === null ? this.localFacts(node) : others.facts(node);
  }

  #links(nodes: readonly number[]): readonly LinkStatus[] {
    return nodes.flatMap(from => {
      const others = this.roster.isLocal(from) ? null : this.#others;
      return nodes.map(to => others?.link(from, to) ?? this.localLink(from, to));
    });
  }

  #launch(node: number): RunningNode {
    let isAttached = false;
    const life = ++this.#lastLife;
    const process: RunningNode = new NodeProcess<NodeApi, NodeSignal>(
      {
        name: `node-${node}`,
        entry: NODE_ENTRY,
        identity: { node, life },
        forwarding: this.#forwarding,
        spec: this.#nodeSpec(node),
        exposeCluster: port => exposeRpc<NodeClusterApi>(this.#clusterApi(), port),
        resourceLimits: {
          maxOldGenerationSizeMb: this.spec.maxHeapMb,
          maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
        },
        callTimeoutMs: CALL_TIMEOUT_MS,
      },
      {
        onFrame: frame => {
          // Until its directory is known to be in use, a node takes no part.
          if (isAttached) this.router.receive(frame);
        },
        onReady: () => {
          this.roster.markStarted(node);
          for (const peer of this.#serving) peer.connect(process);
          this.#serving.add(process);
          this.router.attach(node, frame => process.mailbox.post(frame), life);
          isAttached = true;
          this.#sleeps.add(process.sleeper);
        },
        onSignal: signal => this.#onSignal(node, signal),
        onOutput: line => this.board.event('alarm', node, line),
        onExit: exit => {
          this.router.detach(node);
          this.#serving.delete(process);
          this.#sleeps.remove(process.sleeper);
          this.board.restarted(node);
          if (exit.reason !== 'stopped') this.#traceCrash(node);
        },
      },
    );
    process.setWatched(this.#isWatched);
    return process;
  }

  #nodeSpec(node: number): NodeSpec {
    const { record, clock, diskFault } = this.roster.get(node);
    const interval = (1_000 * this.roster.size) / REPORTS_PER_SECOND;
    return {
      node,
      incarnation: record.incarnation,
      clusterId: this.#clusterId,
      founders: this.roster.founders,
      config: this.spec.config,
      users: this.spec.users,
      addresses: this.roster.addresses,
      disk: this.#diskOf(node),
      seed: deriveSeed(this.spec.seed, node),
      traceFile: this.spec.traceFile,
      clock,
      diskFault,
      reportIntervalMs: Math.max(REPORT_INTERVAL_MS, interval),
      mutations: this.spec.mutations.filter(mutation => mutation !== 'forget-at-restart'),
    };
  }

  #diskOf(node: number): DiskSpec {
    const disk = this.roster.disk(node);
    const forgets = this.spec.mutations.includes('forget-at-restart') && disk.kind === 'memory';
    return forgets ? { kind: 'memory', files: new Map() } : disk;
  }

  #clusterApi(): NodeClusterApi {
    return { execute: line => this.#execute(line), status: () => this.status() };
  }

  #onSignal(node: number, signal: NodeSignal): void {
    switch (signal.kind) {
      case 'report': {
        this.board.report(node, signal.report);
        this.onReport(node, signal.report);
        this.#countRouted();
        return;
      }
      case 'event':
        this.board.event(signal.event, node, signal.text);
        return;
      case 'file':
        applySharedChange(this.roster.get(node).files, signal.change);
        return;
      case 'listening':
        this.#onListening(node, signal.port);
        return;
      default:
        throw new TypeError(`unexpected signal ${JSON.stringify(signal satisfies never)}`);
    }
  }

  #countRouted(): void {
    const { messages, dropped } = this.router.totals;
    this.board.routed(messages, dropped);
  }

  #onListening(node: number, port: number): void {
    const { address } = this.roster.get(node);
    if (address.port === port) return;
    this.roster.update(node, { address: { ...address, port } });
    void this.spreadAddresses();
  }

  #traceCrash(node: number): void {
    this.#trace?.add(node, { ev: 'crash' });
    this.#trace?.flush();
  }
}

function schedule(action: () => void, delayMs: number): () => void {
  const timer = setTimeout(action, delayMs);
  return () => clearTimeout(timer);
}

function describeLifecycle(
  node: number,
  event: LifecycleEvent,
): readonly [kind: ClusterEventKind, node: number, text: string] {
  switch (event.kind) {
    case 'up':
      return ['restart', node, 'started'];
    case 'crashed':
      return ['crash', node, `crashed: ${event.error}`];
    case 'faulty':
      return ['alarm', node, `left down as faulty: ${event.error}`];
    case 'killed':
    case 'paused':
    case 'resumed':
      return ['fault', node, event.kind];
    case 'stopped':
    case 'removed':
      return ['membership', node, event.kind];
  }
}
