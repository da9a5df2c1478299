/**
 * Random schedules: lost, repeated and reordered messages, slow disks, crashes, partitions, compaction, membership
 * changes, transfers, reads. Safety is checked at every step; then everything heals and the group must recover.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConfChange, type ConfChangeKind, raftId } from '../../src/raft/index.js';
import { Cluster, type ClusterNode, type ClusterOptions } from './cluster.js';

const runs = suite('random schedules');

/** mulberry32: small, seeded, good enough to choose. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Random = (below: number) => number;

interface PendingRead {
  readonly node: ClusterNode;
  readonly context: string;
  /** Highest index that was applied anywhere when the read began. */
  readonly atLeast: number;
}

class Schedule {
  readonly cluster: Cluster;
  readonly #random: Random;
  readonly #hasMembership: boolean;
  #reads: PendingRead[] = [];
  #count = 0;
  answeredReads = 0;

  constructor(seed: number, options: ClusterOptions, hasMembership: boolean) {
    this.#random = randomOf(seed);
    const random = this.#random;
    this.cluster = new Cluster({ drawElectionTimeout: () => 10 + random(10), ...options });
    this.#hasMembership = hasMembership;
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[this.#random(items.length)];
  }

  step(): void {
    const { cluster } = this;
    const node = this.#pick(cluster.up);
    const choice = this.#random(1000);
    if (node === undefined || choice < 10) this.#restartSomebody();
    else if (choice < 430) this.#deliverSomething();
    else if (choice < 640) cluster.completeWrite(node);
    else if (choice < 720) cluster.completeApply(node);
    else if (choice < 860) cluster.tick(node);
    else this.#disturb(node, choice);
    this.#checkReads();
  }

  #disturb(node: ClusterNode, choice: number): void {
    const { cluster } = this;
    this.#count += 1;
    if (choice < 930) cluster.propose(node, `v${this.#count}`);
    else if (choice < 955) this.#read(node);
    else if (choice < 960) node.crash();
    else if (choice < 970) this.#partition();
    else if (choice < 975) cluster.heal();
    else if (choice < 980) node.core.transferLeadership(raftId(1 + this.#random(cluster.nodes.length)));
    else if (choice < 985) node.core.reportUnreachable(raftId(1 + this.#random(cluster.nodes.length)));
    else if (choice < 990) node.core.reportSnapshot(raftId(1 + this.#random(cluster.nodes.length)), false);
    else if (choice < 994) this.#compact(node);
    else if (choice < 996) node.core.resend();
    else if (this.#hasMembership) cluster.proposeConfChange(node, this.#change());
  }

  #change(): ConfChange {
    const operation = () => ({
      kind: this.#pick<ConfChangeKind>(['add-voter', 'add-voter', 'add-learner', 'remove']) ?? 'update',
      id: raftId(1 + this.#random(this.cluster.nodes.length)),
    });
    const operations = Array.from({ length: this.#random(3) }, operation);
    return {
      transition: this.#pick(['auto', 'auto', 'implicit', 'explicit'] as const) ?? 'auto',
      operations,
    };
  }

  #compact(node: ClusterNode): void {
    const snapshot = node.storage.available;
    if (snapshot !== null && snapshot.index <= node.core.appliedIndex) node.storage.compactTo(snapshot);
  }

  #restartSomebody(): void {
    const node = this.#pick(this.cluster.nodes.filter(each => !each.isUp));
    if (node === undefined) return;
    node.restart();
    this.cluster.pump(node);
  }

  #deliverSomething(): void {
    const { cluster } = this;
    // Mostly in order, sometimes not; some are lost, some come twice.
    const near = this.#random(4) === 0 ? cluster.inFlight.length : Math.min(4, cluster.inFlight.length);
    const position = this.#random(near);
    const message = cluster.inFlight[position];
    const fate = this.#random(100);
    if (fate < 6) cluster.lose(position);
    else cluster.deliver(position);
    if (fate > 95 && message !== undefined) cluster.inFlight.push(message);
    if (cluster.inFlight.length > 300) cluster.lose(0, 100);
  }

  #partition(): void {
    // Each direction of each link on its own.
    const size = this.cluster.nodes.length;
    const cut = new Set<number>();
    for (let link = 0; link < size * size; link += 1) if (this.#random(3) === 0) cut.add(link);
    this.cluster.canPass = ({ from, to }) => !cut.has((from - 1) * size + (to - 1));
  }

  #read(node: ClusterNode): void {
    const context = `r${this.#count}`;
    const atLeast = this.cluster.safety.highestApplied;
    this.#reads.push({ node, context, atLeast });
    node.core.readIndex(context);
    this.cluster.pump(node);
  }

  #checkReads(): void {
    if (this.#reads.length > 50) this.#reads = this.#reads.slice(-50);
    for (const { node, context, atLeast } of this.#reads) {
      const answer = node.readStates.find(one => one.context === context);
      if (answer === undefined) continue;
      assert.ok(answer.index >= atLeast, `read ${context} at ${answer.index}, applied was ${atLeast}`);
      this.answeredReads += 1;
    }
    this.#reads = this.#reads.filter(
      ({ node, context }) => !node.readStates.some(one => one.context === context),
    );
    for (const node of this.cluster.nodes) if (node.readStates.length > 100) node.readStates = [];
  }

  /** Everything works again: a leader within a few election timeouts, and everyone has what it has. */
  recover(): void {
    const { cluster } = this;
    cluster.heal();
    cluster.lose(0, cluster.inFlight.length);
    for (const node of cluster.nodes) if (!node.isUp) node.restart();
    cluster.settle();
    const isDone = (): boolean => {
      const leader = cluster.leader();
      if (leader === undefined || leader.core.status().transferee !== 0) return false;
      const { voters, outgoing, learners } = leader.core.configuration;
      const members = new Set([...voters, ...outgoing, ...learners]);
      return cluster.nodes
        .filter(node => members.has(node.id))
        .every(node => node.core.appliedIndex === leader.core.lastIndex);
    };
    cluster.runUntil(isDone, 400, 'a leader, and everyone caught up');
    const leader = cluster.leader();
    if (leader === undefined) throw new Error('no leader');
    assert.is(cluster.propose(leader, 'after'), true);
    cluster.runUntil(isDone, 100, 'a new entry everywhere');
  }
}

const settings: readonly [name: string, options: ClusterOptions, hasMembership: boolean][] = [
  ['three nodes', { size: 3 }, false],
  ['five nodes, small windows', { size: 5, maxInflightMessages: 2, maxSizePerMessageBytes: 20 }, false],
  ['three nodes without pre-vote and check-quorum', { size: 3, preVote: false, checkQuorum: false }, false],
  [
    'five nodes, what is lost is repeated',
    { size: 5, repeatBytes: 200, deferCommitNotice: true, lazyCommitNotice: true },
    false,
  ],
  [
    'five nodes that change membership, small windows, what is lost is repeated',
    {
      size: 5,
      voters: [1, 2, 3],
      maxInflightMessages: 4,
      maxSizePerMessageBytes: 60,
      repeatBytes: 40,
      deferCommitNotice: true,
      lazyCommitNotice: true,
    },
    true,
  ],
  [
    'five nodes that change membership, a majority gets entries first',
    { size: 5, voters: [1, 2, 3], thriftyBytes: 20, repeatBytes: 40, deferCommitNotice: true },
    true,
  ],
  ['five nodes that change membership', { size: 5, voters: [1, 2, 3] }, true],
  [
    'five nodes that change membership, limited application',
    { size: 5, voters: [1, 2, 3], maxCommittedBytesPerReady: 30, maxInflightBytes: 8 },
    true,
  ],
];

const { RAFT_RUNS = '12', RAFT_FIRST_SEED = '1' } = process.env;
const FIRST_SEED = Number(RAFT_FIRST_SEED);
const RUNS = Number(RAFT_RUNS);
const STEPS = 3000;

function runOnce(seed: number, options: ClusterOptions, hasMembership: boolean): Schedule {
  const schedule = new Schedule(seed, options, hasMembership);
  try {
    for (let step = 0; step < STEPS; step += 1) schedule.step();
    schedule.recover();
  } catch (error) {
    throw new Error(`RAFT_FIRST_SEED=${seed} RAFT_RUNS=1: ${String(error)}`, { cause: error });
  }
  return schedule;
}

for (const [name, options, hasMembership] of settings) {
  runs(`${name}: safe in every step, live after healing`, () => {
    let reads = 0;
    let applied = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
      const schedule = runOnce(seed, options, hasMembership);
      reads += schedule.answeredReads;
      applied += schedule.cluster.safety.highestApplied;
    }
    assert.ok(reads > 0, 'no read was ever answered: the schedule is too rough to show anything');
    assert.ok(applied > 20 * RUNS, `only ${applied} entries were applied in ${RUNS} runs`);
  });
}

runs.run();
