/**
 * The thread of one node: the pure driver with a real clock, disk, randomness and network around it.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';
import { EmbeddedEngines } from '../engine/embedded.js';
import type { LeaderHint } from '../engine/engine.js';
import { setHashKey } from '../kv/key-hash.js';
import type { StateMachine } from '../kv/state-machine.js';
import type { ControlRequest, ControlResult } from '../node/control.js';
import { DEBUG_VARIABLES } from '../node/debug.js';
import { NodeDriver } from '../node/driver.js';
import type { Host } from '../node/host.js';
import { loadMachine } from '../node/load-machine.js';
import { nodeIndex, nodeOf, raftIdOf } from '../node/peer-id.js';
import { NONE, type RaftId } from '../raft/ids.js';
import type { Role } from '../raft/ready.js';
import { NodeStorage } from '../storage/node-storage.js';
import { Backups } from './backups.js';
import { ControlError } from './control.js';
import { DataLimit } from './data-limit.js';
import type { Front, OpenFront } from './front.js';
import { IdleCores } from './idle-cores.js';
import { KvCalls } from './kv-calls.js';
import { NodeClock } from './node-clock.js';
import { type NodeDisk, openNodeDisk } from './node-disk.js';
import { NodeFlags } from './node-flags.js';
import { NodeLinks } from './node-links.js';
import { NodeLoop } from './node-loop.js';
import type { LifecycleSignal, NodeWorkerData } from './node-process.js';
import type { NodeAddress, NodeApi, NodeClusterApi, NodeSignal, NodeSpec } from './node-protocol.js';
import { NodeReporter } from './node-reporter.js';
import { type NodeTiming, nodeTiming } from './node-timing.js';
import { deriveSeed, Random } from './random.js';
import { describeError, exposeRpc, RpcClient } from './rpc.js';
import { TraceFile } from './trace-file.js';

const CLUSTER_CALL_TIMEOUT_MS = 120_000;

/** Runs a node in this thread until it is stopped, fails or is terminated. `signals` leads to the runtime. */
export async function hostNode(
  data: NodeWorkerData<NodeSpec>,
  signals: MessagePort,
  openFront: OpenFront,
): Promise<void> {
  const post = (signal: NodeSignal | LifecycleSignal): void => signals.postMessage(signal);
  try {
    // Clients choose the keys; they must not be able to make them collide.
    setHashKey([randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE()]);
    const host = new NodeHost(data, post);
    signals.on('message', () => host.rouse());
    await host.open(openFront);
  } catch (error) {
    endThread(post, error);
  }
}

/** The thread ends here; the runtime is told why, with the code that an uncaught error might lose. */
function endThread(post: (signal: LifecycleSignal) => void, error: unknown): never {
  post({ kind: 'failed', ...describeError(error) });
  process.exit(1);
}

/** A turn comes at least this often, also when the clock stands still: reports are told by turns. */
const LONGEST_SLEEP_MS = 10_000;

/** Ends of segments cost nothing in memory, and what a whole segment holds is freed with it. */
const MEMORY_SEGMENT_BYTES = 4 * 1024 * 1024;

/** Entries a node keeps behind its snapshot for followers that are a little behind. */
const MAX_LOG_TAIL_ENTRIES = 5_000;

class NodeHost {
  readonly #data: NodeWorkerData<NodeSpec>;
  readonly #spec: NodeSpec;
  readonly #post: (signal: NodeSignal | LifecycleSignal) => void;
  readonly #flags: NodeFlags;
  readonly #links: NodeLinks;
  readonly #clock: NodeClock;
  readonly #random: Random;
  readonly #trace: TraceFile | null;
  readonly #disk: NodeDisk;
  readonly #storage: NodeStorage;
  readonly #machine: StateMachine;
  readonly #dataLimit: DataLimit;
  readonly #backups: Backups;
  readonly #driver: NodeDriver;
  readonly #engines: EmbeddedEngines;
  readonly #kv: KvCalls;
  readonly #loop: NodeLoop;
  readonly #reporter: NodeReporter;
  readonly #cluster: RpcClient<NodeClusterApi>;
  /** Shared with the front; changed in place. */
  readonly #addresses: NodeAddress[];
  #front: Front | null = null;
  /** A new role or leader is reported at once, anything else at an interval. */
  #reportedRole: Role = 'follower';
  #reportedLeader: RaftId = NONE;
  /** As told to the router. */
  #followed: RaftId = NONE;
  #followedTerm = 0;

  /** Recovers the node from its disk. @throws what storage found wrong */
  constructor(data: NodeWorkerData<NodeSpec>, post: (signal: NodeSignal | LifecycleSignal) => void) {
    const { spec } = data;
    this.#data = data;
    this.#spec = spec;
    this.#post = post;
    this.#flags = new NodeFlags(data.flags);
    this.#links = new NodeLinks({
      dataPort: data.dataPort,
      forwarding: data.forwarding,
      flags: this.#flags,
      receive: frame => {
        this.#driver.receive(frame);
        this.#loop.heard();
      },
    });
    this.#addresses = [...spec.addresses];
    this.#clock = new NodeClock(spec.clock);
    this.#trace = spec.traceFile === null ? null : new TraceFile(spec.traceFile);
    this.#cluster = new RpcClient(data.clusterPort, 'the runtime', CLUSTER_CALL_TIMEOUT_MS);
    const diskRandom = new Random(deriveSeed(spec.seed, spec.incarnation));
    this.#disk = openNodeDisk(spec.disk, diskRandom, change => post({ kind: 'file', change }));
    this.#storage = this.#openStorage();
    this.#machine = loadMachine(this.#storage);
    const { starts } = this.#storage.recovery;
    this.#random = new Random(deriveSeed(spec.seed, starts));
    this.#disk.setFault(spec.diskFault);
    const timing = nodeTiming(spec.config);
    this.#loop = new NodeLoop(this.#flags, this.#clock, timing.tickMs, timing.heartbeatTicks, {
      turn: () => this.#turn(),
      tick: count => this.#driver.tick(count),
      quietTicks: () => this.#driver.quietTicks,
      turnDueMs: () => Math.min(this.#driver.turnDueMs, this.#reportDueMs),
      heardAgoMs: () => this.#heardAgoMs(),
      onPaused: () => post({ kind: 'paused' }),
    });
    this.#driver = this.#createDriver(timing, starts);
    this.#engines = this.#createEngines();
    const { maxKeyBytes, maxValueBytes, dataLimitMb } = spec.config;
    this.#dataLimit = new DataLimit(dataLimitMb, () => this.#machine.byteSize);
    this.#backups = new Backups({
      storage: this.#storage,
      control: request => this.#control(request),
      lastApplied: () => this.#machine.lastApplied,
      now: () => performance.now(),
    });
    const sizes = { keyBytes: maxKeyBytes, valueBytes: maxValueBytes };
    this.#kv = new KvCalls(this.#engines.open(), sizes, this.#dataLimit);
    this.#reporter = new NodeReporter(
      { driver: this.#driver, engines: this.#engines, syncs: this.#disk.syncs, flags: this.#flags },
      spec.reportIntervalMs,
    );
  }

  /** Opens the node's port, then begins to take part. */
  async open(openFront: OpenFront): Promise<void> {
    this.#front = await openFront({
      engine: this.#engines.open(),
      spec: this.#spec,
      addresses: this.#addresses,
      admin: {
        execute: line => this.#cluster.call('execute', [line]),
        status: () => this.#cluster.call('status', []),
      },
      backups: this.#backups,
      isDataFull: () => this.#dataLimit.isReached,
    });
    this.#post({ kind: 'listening', port: this.#front.port });
    exposeRpc<NodeApi>(this.#api(), this.#data.controlPort);
    this.#links.open();
    this.#loop.start(this.#random.unit());
    setInterval(() => this.#loop.wake(), LONGEST_SLEEP_MS);
    this.#post({ kind: 'ready' });
    this.#loop.wake();
  }

  /** It is paused, or has slept long enough. */
  rouse(): void {
    this.#loop.checkPause();
    this.#loop.wake();
  }

  #openStorage(): NodeStorage {
    const { node, incarnation, clusterId, founders, disk } = this.#spec;
    const storage = NodeStorage.open(this.#disk.disk, {
      ...(disk.kind === 'memory' ? { segmentBytes: MEMORY_SEGMENT_BYTES } : {}),
      clusterId,
      node,
      incarnation,
      raftId: raftIdOf(nodeIndex(node), incarnation),
      initialMembers: {
        voters: founders,
        outgoing: [],
        learners: [],
        learnersNext: [],
        autoLeave: false,
      },
    });
    for (const { message } of storage.recovery.reports) {
      this.#post({ kind: 'event', event: 'restart', text: `recovery: ${message}` });
    }
    return storage;
  }

  #createDriver({ requestTicks, ...timing }: NodeTiming, epoch: number): NodeDriver {
    const { node, incarnation, config } = this.#spec;
    return new NodeDriver(
      {
        node: nodeIndex(node),
        raftId: raftIdOf(nodeIndex(node), incarnation),
        epoch,
        mutations: new Set(this.#spec.mutations),
        leaseReads: config.reads === 'lease',
        // With redirection cluster clients read from followers, and those should be as near to the leader as can be.
        lazyCommitNotice: config.followerWrites !== 'redirect',
        ...timing,
        limits: {
          snapshotLogEntries: config.snapshotEntries,
          // A log that is cut often is cut short: the tail spares a follower a snapshot, it need not outweigh it.
          logTailEntries: Math.min(MAX_LOG_TAIL_ENTRIES, Math.floor(config.snapshotEntries / 2)),
          proposalTimeoutTicks: requestTicks,
          readTimeoutTicks: requestTicks,
        },
      },
      { host: this.#host(), storage: this.#storage, machine: this.#machine },
    );
  }

  #createEngines(): EmbeddedEngines {
    const now = (): number => performance.now();
    const cores = IdleCores.open(this.#spec.config.idleCores, why =>
      this.#post({ kind: 'event', event: 'fault', text: `idle cores sleep: ${why}` }),
    );
    return new EmbeddedEngines(
      {
        submit: (id, batch) => {
          cores?.called(now());
          this.#driver.submit(id, batch);
          this.#loop.wake();
        },
        read: (id, commands, consistency) => {
          cores?.called(now());
          this.#driver.read(id, commands, consistency);
          this.#loop.wake();
        },
        observe: observer => this.#machine.observe(observer),
        leader: () => this.#leaderHint(),
        describe: () => ({ ...this.#driver.status(), stateHash: this.#driver.stateHash }),
      },
      now,
    );
  }

  /** What is traced is in the file before anybody can see its consequences. */
  #host(): Host {
    const { node } = this.#spec;
    const trace = this.#trace;
    return {
      nowMs: () => this.#clock.nowMs(),
      monotonicMs: () => this.#clock.monotonicMs(),
      random: () => this.#random.unit(),
      send: frame => this.#links.send(frame),
      flush: () => {
        trace?.flush();
        this.#links.flush();
      },
      outcome: outcome => {
        trace?.flush();
        this.#engines.settle(outcome);
      },
      trace: trace === null ? null : event => trace.add(node, event),
      event: (event, text) => this.#post({ kind: 'event', event, text }),
      wake: () => this.#loop.wake(),
      fault: error => {
        trace?.flush();
        endThread(this.#post, error);
      },
      removed: () => this.#post({ kind: 'event', event: 'membership', text: 'is no member any more' }),
    };
  }

  #turn(): boolean {
    const hasMore = this.#driver.turn();
    this.#trace?.flush();
    const { role, leader, term } = this.#driver;
    this.#disk.setSyncMode(this.#hasWorkDuringSync ? 'async' : 'blocking');
    if (leader !== this.#followed || term !== this.#followedTerm) {
      this.#followed = leader;
      this.#followedTerm = term;
      this.#flags.follow(leader, term);
    }
    if (role !== this.#reportedRole || leader !== this.#reportedLeader) this.#report();
    else this.#reportIfDue();
    return hasMore;
  }

  /**
   * A leader reads and answers clients and followers meanwhile, and need not be the first of the majority to have synced. A follower,
   * or a leader without any, would only be woken once more.
   */
  get #hasWorkDuringSync(): boolean {
    const { role, configuration } = this.#driver;
    return role === 'leader' && configuration.voters.length > 1;
  }

  #heardAgoMs(): number | null {
    const heard = this.#flags.takeHeartbeat();
    if (heard === null) return null;
    const { term } = this.#driver;
    if ((term | 0) !== heard.term || !this.#driver.hearLeader(heard.leader, term)) return null;
    return heard.agoMs * this.#clock.rate;
  }

  #leaderHint(): LeaderHint | null {
    const { leader } = this.#driver;
    if (leader === NONE) return null;
    return this.#addresses.find(({ node }) => node === nodeOf(leader)) ?? null;
  }

  /** By the node's clock. */
  get #reportDueMs(): number {
    const { dueMs } = this.#reporter;
    if (!Number.isFinite(dueMs)) return dueMs;
    return this.#clock.monotonicMs() + (dueMs - performance.now()) * this.#clock.rate;
  }

  #reportIfDue(): void {
    if (this.#reporter.isDue(this.#front?.clientCount() ?? 0)) this.#report();
  }

  #report(): void {
    const front = this.#front;
    const news = this.#dataLimit.news();
    if (news !== null) this.#post({ kind: 'event', event: 'fault', text: news });
    const clients = front?.clientCount() ?? 0;
    this.#reportedRole = this.#driver.role;
    this.#reportedLeader = this.#driver.leader;
    const report = this.#reporter.report(clients);
    const gateway = front === null ? {} : { gateway: front.counters() };
    this.#post({ kind: 'report', report: { ...report, ...gateway } });
  }

  #api(): NodeApi {
    return {
      stop: () => this.#stop(),
      setClock: fault => {
        this.#clock.set(fault);
        this.#loop.clockChanged();
      },
      setDisk: fault => {
        this.#disk.setFault(fault);
        this.#loop.wake();
      },
      setAddresses: addresses => {
        this.#addresses.splice(0, this.#addresses.length, ...addresses);
      },
      control: request => this.#control(request),
      debug: variable => this.#debug(variable),
      kv: args => this.#kv.run(args),
    };
  }

  #debug(variable: string): unknown {
    const value = this.#driver.debug(variable);
    if (value !== undefined) return value;
    const known = [...DEBUG_VARIABLES, 'conn_mat', 'messages:NODE'].join(', ');
    throw new ControlError('bad-value', `expected a variable such as ${known}; found ${variable}`);
  }

  #control(request: ControlRequest): Promise<ControlResult> {
    return new Promise(resolve => {
      this.#driver.control(request, resolve);
      this.#loop.wake();
    });
  }

  async #stop(): Promise<void> {
    this.#driver.stop();
    this.#loop.stop();
    this.#trace?.close();
    await this.#front?.close();
    this.#backups.close();
    this.#storage.close();
  }
}
