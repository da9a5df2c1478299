/**
 * From a seed to a plan. Swarm testing: also which kinds of fault happen, and how often, is drawn, so that different
 * seeds explore different corners (Groce et al. 2012).
 *
 * The fault atlas: damage stays within what the protocol can bear. Crashes, pauses and lost unsynced writes may hit
 * everybody; files may be damaged on fewer nodes than a quorum can lose.
 *
 * @module
 */
import { drawDrills } from './drills.js';
import {
  FAULT_NAMES,
  type Fault,
  type FaultKind,
  type FaultName,
  type Plan,
  type WorkloadPlan,
} from './plan.js';
import { exponential, logUniform, pick, type Random, randomFor, sample } from './random.js';

export interface PlanOptions {
  readonly nodes?: number;
  readonly safetyMs?: number;
  readonly operationsPerSecond?: number;
  /** Kinds of fault that may happen; default all. Of these each seed takes a random part, unless `allFaults`. */
  readonly faults?: readonly FaultName[];
  readonly allFaults?: boolean;
}

const SIZES = [3, 3, 3, 4, 5, 5, 5, 7];
const SAFETY_MS = 20_000;
/** The first fault of a kind comes within this part of the time. */
const LATEST_FIRST = 0.7;

const MANY_KINDS = 10;

/** Nodes below which a kind of fault cannot happen, or asks for the impossible: two of them must be left. */
const LEAST_NODES: Readonly<Record<FaultName, number>> = {
  crash: 1,
  pause: 1,
  partition: 2,
  'one-way': 2,
  clog: 2,
  drop: 2,
  'slow-disk': 1,
  'disk-full': 1,
  'disk-error': 1,
  'bit-flip': 3,
  clock: 1,
  transfer: 2,
  snapshot: 1,
  add: 1,
  remove: 3,
};

export function drawPlan(seed: number, options: PlanOptions = {}): Plan {
  const random = randomFor(seed, 'plan');
  const nodes = options.nodes ?? pick(random, SIZES);
  const kinds = drawKinds(randomFor(seed, 'plan', 2), nodes, options);
  // Somebody must be there to be added.
  const spares = Math.max(random.below(3), kinds.includes('add') ? 1 : 0);
  const safetyMs = options.safetyMs ?? SAFETY_MS;
  const lossy = random.chance(0.5);
  const extra = randomFor(seed, 'plan', 1);
  const drills =
    extra.chance(options.allFaults === true ? 0.8 : 0.5) && nodes >= 3
      ? drawDrills(extra, { nodes, safetyMs })
      : [];
  const isAllowed = ({ kind }: Fault): boolean => (options.faults ?? FAULT_NAMES).includes(kind);
  return {
    seed,
    nodes,
    spares,
    tickMs: 50,
    electionTicks: 4 + random.below(6),
    safetyMs,
    network: {
      encoded: random.chance(0.2),
      minMs: logUniform(random, 0.05, 5),
      meanMs: logUniform(random, 0.1, 20),
      drop: lossy ? logUniform(random, 0.001, 0.2) : 0,
      duplicate: random.chance(0.5) ? logUniform(random, 0.001, 0.3) : 0,
      reorder: random.chance(0.5) ? logUniform(random, 0.001, 0.3) : 0,
      reorderMs: logUniform(random, 5, 1000),
    },
    syncMs: logUniform(random, 0.1, 20),
    turnDelayMs: random.chance(0.7) ? 0 : logUniform(random, 0.01, 5),
    snapshotEntries: Math.round(logUniform(random, 20, 400)),
    tailEntries: random.below(30),
    messageBytes: extra.chance(0.3) ? Math.round(logUniform(extra, 100, 2000)) : 1024 * 1024,
    workload: drawWorkload(random, options),
    faults: drawFaults(random, { nodes, spares, safetyMs, kinds, drills: drills.filter(isAllowed) }),
    healOnlyQuorum: random.chance(0.7),
  };
}

function drawWorkload(random: Random, options: PlanOptions): WorkloadPlan {
  return {
    clients: 3 + random.below(8),
    operationsPerSecond: options.operationsPerSecond ?? logUniform(random, 5, 60),
    registers: 1 + random.below(5),
    timeoutMs: 300 + random.below(3000),
  };
}

interface Frame {
  readonly nodes: number;
  readonly spares: number;
  readonly safetyMs: number;
  readonly kinds: readonly FaultName[];
  readonly drills: readonly Fault[];
}

/** Of what is allowed, and what so many nodes can bear at all. */
function drawKinds(random: Random, nodes: number, options: PlanOptions): readonly FaultName[] {
  const allowed = (options.faults ?? FAULT_NAMES).filter(kind => nodes >= LEAST_NODES[kind]);
  const kinds = options.allFaults === true ? allowed : allowed.filter(() => random.chance(0.5));
  // A small group that loses members for good needs new ones.
  const shrinks = kinds.includes('remove') && nodes < 5 && !kinds.includes('add');
  return shrinks ? kinds.filter(kind => kind !== 'bit-flip') : kinds;
}

/** Each kind happens at least once, and that early enough to wait for its moment. */
function drawFaults(random: Random, frame: Frame): Fault[] {
  const { safetyMs, kinds } = frame;
  // With many kinds each is rarer: a cluster that never serves anybody has nothing to lose.
  const shortestMs = kinds.length > MANY_KINDS ? safetyMs / 5 : safetyMs / 12;
  const faults: Fault[] = [];
  for (const kind of kinds) {
    const everyMs = logUniform(random, shortestMs, safetyMs);
    const firstMs = Math.min(exponential(random, everyMs), random.unit() * LATEST_FIRST * safetyMs);
    for (let atMs = firstMs; atMs < safetyMs; atMs += exponential(random, everyMs)) {
      const forMs = Math.min(exponential(random, 1500) + 20, safetyMs - atMs);
      faults.push({ atMs: Math.round(atMs), forMs: Math.round(forMs), ...drawFault(random, kind, frame) });
    }
  }
  return withinAtlas([...faults, ...frame.drills], frame.nodes).sort((a, b) => a.atMs - b.atMs);
}

/** Bit flips may cost a node for ever: together they stay a minority, and the same nodes never change membership. */
function withinAtlas(faults: readonly Fault[], nodes: number): Fault[] {
  const mayBeLost = Math.floor((nodes - 1) / 2);
  const damaged = new Set<number>();
  return faults.filter(fault => {
    if (fault.kind !== 'bit-flip') return true;
    if (!damaged.has(fault.node) && damaged.size >= mayBeLost) return false;
    damaged.add(fault.node);
    return true;
  });
}

const range = (count: number): number[] => Array.from({ length: count }, (_, node) => node);

function drawFault(random: Random, kind: FaultName, { nodes, spares }: Frame): FaultKind {
  const all = range(nodes + spares);
  const node = random.below(nodes);
  const some = (): number[] => sample(random, all, 1 + random.below(all.length));
  switch (kind) {
    case 'crash':
      return { kind, nodes: random.chance(0.6) ? [node] : some() };
    case 'pause':
      return { kind, nodes: random.chance(0.6) ? [node] : some() };
    case 'partition':
      return { kind, groups: drawGroups(random, all) };
    case 'one-way':
      return random.chance(0.5) ? { kind, from: [node], to: some() } : { kind, from: some(), to: [node] };
    case 'clog':
      return { kind, from: some(), to: some() };
    case 'drop':
      return { kind, probability: logUniform(random, 0.02, 0.7) };
    case 'slow-disk':
      return { kind, node, syncMs: logUniform(random, 5, 2000) };
    case 'disk-full':
    case 'disk-error':
    case 'bit-flip':
    case 'transfer':
    case 'snapshot':
      return { kind, node };
    case 'clock':
      return { kind, node, offsetMs: drawOffset(random), rate: 0.8 + 0.4 * random.unit() };
    case 'add':
      // Mostly a newcomer; also one that was a member before, if it is none by then.
      return { kind, node: random.chance(0.8) ? nodes + random.below(spares) : node };
    case 'remove':
      return { kind, node: random.below(nodes + spares) };
  }
}

/** From milliseconds to minutes, either way (as Jepsen's clock nemesis). */
const drawOffset = (random: Random): number => (random.chance(0.5) ? 1 : -1) * logUniform(random, 4, 260_000);

function drawGroups(random: Random, all: readonly number[]): number[][] {
  const order = sample(random, all, all.length);
  switch (random.below(4)) {
    case 0:
      return [order.slice(0, 1), order.slice(1)];
    case 1: {
      const half = Math.floor(order.length / 2);
      return [order.slice(0, half), order.slice(half)];
    }
    case 2: {
      // A bridge: one node hears both halves.
      const half = Math.floor(order.length / 2);
      return [order.slice(0, half + 1), order.slice(half)];
    }
    default:
      // A ring: every node hears its neighbours only.
      return order.map((node, at) => [node, order[(at + 1) % order.length] ?? node]);
  }
}
