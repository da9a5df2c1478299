/**
 * @module Random faults of every kind at once, drawn from a seed. The rules: an acknowledged write is there exactly once, an unknown
 * one at most once, a refused one never; a read shows everything acknowledged before it began; replicas agree; nobody fails.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeIndex } from '../../src/node/peer-id.js';
import { Cluster, type LinkRule, PERFECT, randomFrom } from './cluster.js';

const SIZE = 5;
const STEPS = 150;
/** Retries included: far below what a retry without end would append. */
const ENTRIES_MAX = 10 * STEPS;

interface Write {
  readonly id: number;
  readonly value: string;
}

interface Read {
  readonly id: number;
  /** Writes that were acknowledged when it began. */
  readonly known: readonly string[];
}

class Swarm {
  readonly cluster: Cluster;
  readonly #random: () => number;
  readonly #writes: Write[] = [];
  readonly #reads: Read[] = [];
  readonly #down = new Set<number>();

  constructor(seed: number) {
    this.#random = randomFrom(seed * 7919);
    this.cluster = new Cluster({
      size: SIZE,
      seed,
      leaseReads: seed % 2 === 0,
      limits: {
        snapshotLogEntries: 20 + this.#below(60),
        logTailEntries: 1 + this.#below(10),
        snapshotChunkBytes: 200 + this.#below(400),
        stateHashEvery: 4,
        proposalTimeoutTicks: 100,
      },
    });
  }

  run(): void {
    for (let step = 0; step < STEPS; step++) {
      if (this.#random() < 0.25) this.#disturb();
      const node = this.#below(SIZE);
      if (!this.#down.has(node)) {
        if (this.#random() < 0.7) this.#write(node, String(step));
        else this.#read(node);
      }
      this.cluster.run(this.#below(120));
    }
  }

  /** Everything is repaired, and the outcomes must fit what is stored. */
  settle(): { readonly done: number; readonly reads: number } {
    const { cluster } = this;
    cluster.heal();
    for (const { faulty } of cluster.nodes) faulty.setFault({ kind: 'ok' });
    for (const node of this.#down) cluster.start(node);
    for (const { node, driver } of cluster.nodes) {
      if (driver?.isRunning === false) this.#restart(node);
    }
    cluster.awaitLeader();
    cluster.run(3000);
    cluster.converge();
    this.#checkAlarms();
    const { lastIndex } = cluster.driver(cluster.awaitLeader()).status().raft;
    assert.ok(lastIndex < ENTRIES_MAX, `retries filled the log: ${lastIndex} entries`);
    const list = cluster.execute(cluster.awaitLeader(), ['lrange', 'l', '0', '-1'])[0] as readonly string[];
    return { done: this.#checkWrites(list), reads: this.#checkReads(list) };
  }

  #checkAlarms(): void {
    for (const { node, events } of this.cluster.nodes) {
      assert.equal(
        events.filter(text => text.startsWith('alarm')),
        [],
        `alarms at node ${node}`,
      );
    }
  }

  #checkWrites(list: readonly string[]): number {
    let done = 0;
    for (const { id, value } of this.#writes) {
      const times = list.filter(item => item === value).length;
      const kind = this.cluster.outcomes.get(id)?.kind ?? 'lost with its node';
      if (kind === 'done') done += 1;
      if (kind === 'done') assert.is(times, 1, `${value} was acknowledged`);
      else if (kind === 'refused') assert.is(times, 0, `${value} was refused`);
      else assert.ok(times <= 1, `${value} is ${kind} and there ${times} times`);
    }
    return done;
  }

  /** The list only grows, so a read is a beginning of it. */
  #checkReads(list: readonly string[]): number {
    let done = 0;
    for (const { id, known } of this.#reads) {
      const outcome = this.cluster.outcomes.get(id);
      if (outcome?.kind !== 'done') continue;
      done += 1;
      const seen = outcome.replies[0] as readonly string[];
      assert.equal(seen, list.slice(0, seen.length), 'a state that never was');
      for (const value of known) assert.ok(seen.includes(value), `read ${id} misses ${value}`);
    }
    return done;
  }

  #write(node: number, value: string): void {
    this.#writes.push({ id: this.cluster.submit(node, ['rpush', 'l', value]), value });
  }

  #read(node: number): void {
    const known = this.#writes
      .filter(({ id }) => this.cluster.outcomes.get(id)?.kind === 'done')
      .map(({ value }) => value);
    const consistency = this.#random() < 0.5 ? 'linearizable' : 'lease';
    this.#reads.push({ id: this.cluster.read(node, ['lrange', 'l', '0', '-1'], consistency), known });
  }

  #disturb(): void {
    const node = this.#below(SIZE);
    const faults = [
      () => this.#kill(node, false),
      () => this.#kill(node, true),
      () => this.#revive(),
      () => this.#revive(),
      () => this.#partition(),
      () => this.#degrade(),
      () => this.cluster.heal(),
      () => this.cluster.heal(),
      () => this.#disk(node),
      () => this.#healDisks(),
      () => {
        this.cluster.member(node).clockOffsetMs = (this.#random() - 0.5) * 10_000;
      },
      () => this.#hand(node),
    ];
    faults[this.#below(faults.length)]?.();
  }

  #kill(node: number, withPower: boolean): void {
    if (this.#down.has(node) || this.#down.size >= 3) return;
    if (withPower) this.cluster.powerLoss(node);
    else this.cluster.kill(node);
    this.#down.add(node);
  }

  #revive(): void {
    const [node] = this.#down;
    if (node === undefined) return;
    this.cluster.member(node).faulty.setFault({ kind: 'ok' });
    this.#down.delete(node);
    this.cluster.start(node);
  }

  #restart(node: number): void {
    this.cluster.kill(node);
    this.cluster.start(node);
  }

  #partition(): void {
    const left = [0, 1, 2, 3, 4].filter(() => this.#random() < 0.5);
    const right = [0, 1, 2, 3, 4].filter(node => !left.includes(node));
    this.cluster.cut(left, right);
  }

  #degrade(): void {
    const rules: LinkRule[] = [];
    for (let i = 0; i < SIZE * SIZE; i++) {
      const drop = this.#random() < 0.2 ? 1 : this.#random() * 0.4;
      rules.push({ drop, duplicate: this.#random() * 0.5, jitterMs: this.#random() * 80 });
    }
    this.cluster.link = (from, to) => rules[from * SIZE + to] ?? PERFECT;
  }

  #disk(node: number): void {
    const { faulty } = this.cluster.member(node);
    const faults = [
      { kind: 'full' as const },
      { kind: 'slow' as const, ms: this.#below(800) },
      { kind: 'eio' as const },
    ];
    faulty.setFault(faults[this.#below(faults.length)] ?? { kind: 'ok' });
  }

  #healDisks(): void {
    for (const { node, faulty, driver } of this.cluster.nodes) {
      faulty.setFault({ kind: 'ok' });
      if (driver?.isRunning === false) this.#restart(node);
    }
  }

  #hand(node: number): void {
    const leader = this.cluster.leader();
    if (leader === null) return;
    this.cluster.driver(leader).control({ kind: 'transfer', to: nodeIndex(node) }, () => {});
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

function runSeed(seed: number): { readonly done: number; readonly reads: number } {
  const swarm = new Swarm(seed);
  try {
    swarm.run();
    return swarm.settle();
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

test('no seed breaks a promise', () => {
  const first = Number(process.argv[2] ?? 1);
  const count = Number(process.argv[3] ?? 12);
  let done = 0;
  let reads = 0;
  for (let seed = first; seed < first + count; seed++) {
    const result = runSeed(seed);
    done += result.done;
    reads += result.reads;
  }
  assert.ok(done > 20 * count, `${done} writes done`);
  assert.ok(reads > 5 * count, `${reads} reads done`);
});

test.run();
