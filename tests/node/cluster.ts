/**
 * Drivers in one thread under virtual time: a seeded network that drops, delays, duplicates and reorders, and memory disks
 * that can fail or lose what was not synced.
 *
 * @module
 */
import { appendCommand } from '../../src/kv/admission.js';
import { BatchBuilder } from '../../src/kv/batch-builder.js';
import { commandNamed } from '../../src/kv/commands/table.js';
import type { Reply } from '../../src/kv/reply.js';
import type { StateMachine } from '../../src/kv/state-machine.js';
import type { ControlRequest, ControlResult } from '../../src/node/control.js';
import { NodeDriver } from '../../src/node/driver.js';
import type { DriverLimits, Mutation } from '../../src/node/driver-options.js';
import type { Frame } from '../../src/node/frame.js';
import { loadMachine } from '../../src/node/load-machine.js';
import type { Outcome, ReadConsistency } from '../../src/node/outcome.js';
import { nodeIndex, raftIdOf } from '../../src/node/peer-id.js';
import type { TraceEvent } from '../../src/node/trace.js';
import type { RaftId } from '../../src/raft/ids.js';
import { FaultyDisk } from '../../src/storage/faulty-disk.js';
import { MemoryDisk } from '../../src/storage/memory-disk.js';
import { NodeStorage } from '../../src/storage/node-storage.js';

export const TICK_MS = 10;
export const ELECTION_TICKS = 20;
export const HEARTBEAT_TICKS = 4;
const LATENCY_MS = 1;

export interface ClusterOptions {
  readonly size?: number;
  /** Of which the first `members` begin as voters. Default all. */
  readonly members?: number;
  readonly seed?: number;
  readonly limits?: Partial<DriverLimits>;
  readonly leaseReads?: boolean;
  readonly mutations?: readonly Mutation[];
}

/** What a link does to each message. */
export interface LinkRule {
  readonly drop: number;
  readonly duplicate: number;
  /** Most extra delay, uniform: reorders. */
  readonly jitterMs: number;
}

export const PERFECT: LinkRule = { drop: 0, duplicate: 0, jitterMs: 0 };

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
}

/** mulberry32 */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class TestNode {
  readonly node: number;
  readonly disk = new MemoryDisk();
  readonly faulty: FaultyDisk;
  readonly trace: TraceEvent[] = [];
  readonly events: string[] = [];
  /** Added to the node's clock. */
  clockOffsetMs = 0;
  driver: NodeDriver | null = null;
  storage: NodeStorage | null = null;
  machine: StateMachine | null = null;
  fault: Error | null = null;
  wasRemoved = false;
  incarnation = 0;
  /** Grows with each start, so that timers of an earlier life do nothing. */
  life = 0;

  constructor(node: number, cluster: Cluster) {
    this.node = node;
    this.faulty = new FaultyDisk(this.disk, {
      random: cluster.random,
      schedule: (ms, action) => cluster.at(ms, action),
    });
  }

  get running(): NodeDriver {
    if (this.driver === null) throw new Error(`node ${this.node} is down`);
    return this.driver;
  }
}

export class Cluster {
  readonly random: () => number;
  readonly nodes: TestNode[] = [];
  readonly outcomes = new Map<number, Outcome>();
  nowMs = 1_000_000;
  link: (from: number, to: number) => LinkRule = () => PERFECT;
  /** Sees every frame before the network does. */
  onFrame: ((frame: Frame) => void) | null = null;
  readonly #options: ClusterOptions;
  readonly #builder = new BatchBuilder();
  #timers: Timer[] = [];
  #order = 0;
  #nextId = 0;

  constructor(options: ClusterOptions = {}) {
    this.#options = options;
    this.random = randomFrom(options.seed ?? 1);
    for (let node = 0; node < (options.size ?? 3); node++) {
      this.nodes.push(new TestNode(node, this));
      this.start(node);
    }
  }

  // ── time and network ──────────────────────────────────────────────────────────────────────────────────────

  at(delayMs: number, action: () => void): void {
    this.#order += 1;
    this.#timers.push({ atMs: this.nowMs + delayMs, order: this.#order, action });
  }

  /** Runs the next event. */
  step(): void {
    let next = this.#timers[0];
    for (const timer of this.#timers) {
      if (next === undefined || timer.atMs < next.atMs) next = timer;
      else if (timer.atMs === next.atMs && timer.order < next.order) next = timer;
    }
    if (next === undefined) throw new Error('nothing is left to happen');
    this.#timers.splice(this.#timers.indexOf(next), 1);
    this.nowMs = Math.max(this.nowMs, next.atMs);
    next.action();
  }

  run(ms: number): void {
    const endMs = this.nowMs + ms;
    let over = false;
    this.at(ms, () => {
      over = true;
    });
    while (!over) this.step();
    this.nowMs = Math.max(this.nowMs, endMs);
  }

  /** Runs until the condition holds; throws when it does not within `withinMs` of virtual time. */
  until(condition: () => boolean, what: string, withinMs = 10_000): void {
    const endMs = this.nowMs + withinMs;
    while (!condition()) {
      if (this.nowMs > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
      this.step();
    }
  }

  cut(...groups: readonly (readonly number[])[]): void {
    this.link = (from, to) =>
      groups.some(group => group.includes(from) && group.includes(to))
        ? PERFECT
        : { drop: 1, duplicate: 0, jitterMs: 0 };
  }

  heal(): void {
    this.link = () => PERFECT;
  }

  // ── nodes ─────────────────────────────────────────────────────────────────────────────────────────────────

  start(node: number, incarnation = this.member(node).incarnation): void {
    const target = this.member(node);
    target.incarnation = incarnation;
    target.life += 1;
    const { life } = target;
    const raftId = raftIdOf(nodeIndex(node), incarnation);
    const members = this.#options.members ?? this.#options.size ?? 3;
    const voters: RaftId[] = [];
    for (let other = 0; other < members; other++) voters.push(raftIdOf(nodeIndex(other)));
    const storage = NodeStorage.open(target.faulty, {
      clusterId: 'test',
      node,
      incarnation,
      raftId,
      initialMembers: { voters, outgoing: [], learners: [], learnersNext: [], autoLeave: false },
    });
    const machine = loadMachine(storage);
    target.machine = machine;
    const isAlive = (): boolean => target.life === life;
    const driver = new NodeDriver(
      {
        node: nodeIndex(node),
        raftId,
        epoch: storage.recovery.starts,
        tickMs: TICK_MS,
        electionTicks: ELECTION_TICKS,
        heartbeatTicks: HEARTBEAT_TICKS,
        limits: this.#options.limits ?? {},
        leaseReads: this.#options.leaseReads ?? false,
        mutations: new Set(this.#options.mutations ?? []),
      },
      {
        storage,
        machine,
        host: {
          nowMs: () => this.nowMs + target.clockOffsetMs,
          monotonicMs: () => this.nowMs,
          random: this.random,
          send: frame => this.#transmit(frame),
          outcome: outcome => {
            if (isAlive()) this.#answered(outcome);
          },
          trace: event => target.trace.push(event),
          event: (kind, text) => target.events.push(`${kind}: ${text}`),
          wake: () => this.at(0, () => isAlive() && this.turn(node)),
          fault: error => {
            target.fault = error;
          },
          removed: () => {
            target.wasRemoved = true;
          },
        },
      },
    );
    target.driver = driver;
    target.storage = storage;
    const tick = (): void => {
      if (!isAlive()) return;
      driver.tick();
      this.turn(node);
      this.at(TICK_MS, tick);
    };
    this.at(this.random() * TICK_MS, tick);
  }

  /** The thread ends; nothing is flushed. The disk keeps what the system had, as when a process is killed. */
  kill(node: number): void {
    const target = this.member(node);
    target.life += 1;
    target.driver = null;
    target.storage = null;
  }

  /** The machine loses power: what was not synced is gone. */
  powerLoss(node: number): void {
    this.kill(node);
    this.member(node).disk.crash();
  }

  turn(node: number): void {
    const { driver, life } = this.member(node);
    if (driver === null) return;
    if (driver.turn()) this.at(0, () => this.member(node).life === life && this.turn(node));
  }

  driver(node: number): NodeDriver {
    return this.member(node).running;
  }

  /** The node that leads in the highest term, null when none does. */
  leader(): number | null {
    let found: number | null = null;
    let highest = -1;
    for (const { node, driver } of this.nodes) {
      if (driver?.role !== 'leader' || !driver.isRunning) continue;
      const { term } = driver.status().raft;
      if (term > highest) found = node;
      highest = Math.max(highest, term);
    }
    return found;
  }

  awaitLeader(withinMs = 10_000): number {
    this.until(() => this.leader() !== null, 'a leader', withinMs);
    const leader = this.leader();
    if (leader === null) throw new Error('no leader');
    return leader;
  }

  // ── clients ───────────────────────────────────────────────────────────────────────────────────────────────

  submit(node: number, ...commands: readonly (readonly string[])[]): number {
    this.#nextId += 1;
    for (const [name = '', ...args] of commands) {
      const command = commandNamed(name);
      if (command === undefined) throw new Error(`no command ${name}`);
      appendCommand(this.#builder, command, args);
    }
    this.driver(node).submit(this.#nextId, this.#builder);
    const id = this.#nextId;
    this.at(0, () => this.turn(node));
    return id;
  }

  read(node: number, words: readonly string[], consistency: ReadConsistency = 'linearizable'): number {
    this.#nextId += 1;
    this.driver(node).read(this.#nextId, [words], consistency);
    this.at(0, () => this.turn(node));
    return this.#nextId;
  }

  awaitOutcome(id: number, withinMs = 10_000): Outcome {
    this.until(() => this.outcomes.has(id), `the outcome of batch ${id}`, withinMs);
    const outcome = this.outcomes.get(id);
    if (outcome === undefined) throw new Error('no outcome');
    return outcome;
  }

  /** Runs commands to their end; throws unless they are done. */
  execute(node: number, ...commands: readonly (readonly string[])[]): readonly Reply[] {
    return repliesOf(this.awaitOutcome(this.submit(node, ...commands)));
  }

  get(node: number, key: string, consistency: ReadConsistency = 'linearizable'): Reply {
    return repliesOf(this.awaitOutcome(this.read(node, ['get', key], consistency)))[0] ?? null;
  }

  control(node: number, request: ControlRequest): ControlResult {
    let result: ControlResult | null = null;
    this.driver(node).control(request, given => {
      result = given;
    });
    this.at(0, () => this.turn(node));
    this.until(() => result !== null, `the result of ${request.kind}`);
    if (result === null) throw new Error('no result');
    return result;
  }

  /** Runs until all running nodes have applied the same and hold the same state. */
  converge(withinMs = 20_000): void {
    const reports = (): readonly string[] =>
      this.nodes
        .filter(({ driver }) => driver?.isRunning)
        .map(({ driver }) => {
          const status = driver?.status();
          return `${status?.raft.applied} ${status?.raft.lastIndex} ${driver?.stateHash}`;
        });
    this.until(() => this.leader() !== null && new Set(reports()).size === 1, 'convergence', withinMs);
  }

  member(node: number): TestNode {
    const found = this.nodes[node];
    if (found === undefined) throw new Error(`no node ${node}`);
    return found;
  }

  #answered(outcome: Outcome): void {
    if (this.outcomes.has(outcome.id)) throw new Error(`two outcomes for batch ${outcome.id}`);
    this.outcomes.set(outcome.id, outcome);
  }

  /** Each message meets its own fate. */
  #transmit(frame: Frame): void {
    this.onFrame?.(frame);
    const rule = this.link(frame.from, frame.to);
    if (rule === PERFECT) {
      this.#deliver(frame, LATENCY_MS);
      return;
    }
    let start = 0;
    for (let i = 0; i < frame.kinds.length; i++) {
      const end = frame.ends[i] ?? 0;
      const body = frame.body.slice(start, end);
      start = end;
      if (this.random() < rule.drop) continue;
      const single: Frame = {
        from: frame.from,
        to: frame.to,
        kinds: frame.kinds.slice(i, i + 1),
        ends: [body.length],
        body,
      };
      const copies = this.random() < rule.duplicate ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        this.#deliver(single, LATENCY_MS + this.random() * rule.jitterMs);
      }
    }
  }

  #deliver(frame: Frame, delayMs: number): void {
    this.at(delayMs, () => {
      const target = this.nodes[frame.to];
      if (target?.driver === null || target === undefined) return;
      target.driver.receive(frame);
      this.turn(frame.to);
    });
  }
}

export function repliesOf(outcome: Outcome): readonly Reply[] {
  if (outcome.kind === 'done') return outcome.replies;
  throw new Error(`outcome ${JSON.stringify(outcome)}`);
}
