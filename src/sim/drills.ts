/**
 * Sequences of faults that single ones rarely add up to: a leader is made, and right then overthrown.
 *
 * Old leaders with entries of their own, messages of a past term that come late, logs that diverge: this is where the rules of
 * Raft are needed, and random faults alone seldom get there.
 *
 * @module
 */
import type { Fault } from './plan.js';
import { pick, type Random, sample } from './random.js';

export interface DrillGround {
  readonly nodes: number;
  readonly safetyMs: number;
}

const DRILLS = [
  'cut-off',
  'late-words',
  'late-answers',
  'late-echo',
  'late-loyalty',
  'late-acknowledgements',
  'crash',
  'return',
] as const;

/** About one drill in 1.5 to 5 seconds, from the first second on. */
export function drawDrills(random: Random, { nodes, safetyMs }: DrillGround): Fault[] {
  const faults: Fault[] = [];
  const everyMs = 1500 + random.below(3500);
  for (let atMs = 1000; atMs < safetyMs; atMs += everyMs * (0.5 + random.unit())) {
    faults.push(...drawDrill(random, Math.round(atMs), nodes));
  }
  return faults.filter(fault => fault.atMs < safetyMs);
}

function drawDrill(random: Random, atMs: number, nodes: number): Fault[] {
  const all = Array.from({ length: nodes }, (_, node) => node);
  const leader = random.below(nodes);
  const others = all.filter(node => node !== leader);
  const beginMs = atMs + 150 + random.below(500);
  const forMs = 500 + random.below(2500);
  const throne: Fault = { atMs, forMs: 0, kind: 'transfer', node: leader };
  // It keeps less than a quorum, perhaps nobody.
  const loyal = sample(random, others, random.below(Math.ceil(nodes / 2)));
  const minority = [leader, ...loyal];
  const groups = [minority, all.filter(node => !minority.includes(node))];
  const cut: Fault = { atMs: beginMs, forMs, kind: 'partition', groups };
  switch (pick(random, DRILLS)) {
    case 'cut-off':
      return [throne, cut];
    case 'late-words':
      return [throne, { atMs: beginMs, forMs, kind: 'clog', from: [leader], to: others }];
    case 'late-answers':
      return [throne, { atMs: beginMs, forMs, kind: 'clog', from: others, to: [leader] }];
    case 'late-echo':
      // It sleeps while others elect, wakes up alone, and hears only what was said before it fell asleep.
      return [
        throne,
        { atMs: beginMs, forMs: forMs + 200, kind: 'clog', from: others, to: [leader] },
        { atMs: beginMs + 60, forMs: forMs + 600, kind: 'partition', groups: [[leader], others] },
        { atMs: beginMs + 60, forMs, kind: 'pause', nodes: [leader] },
      ];
    case 'late-loyalty':
      // Those that stood by it answer when it leads again, in another term and with another log.
      return [
        throne,
        { ...cut, forMs: 1200 },
        { atMs: beginMs + 50, forMs: forMs + 1500, kind: 'clog', from: loyal, to: all },
        { atMs: beginMs + 1200 + random.below(800), forMs: 0, kind: 'transfer', node: leader },
      ];
    case 'late-acknowledgements':
      return nodes < 5
        ? [throne, cut]
        : [throne, ...drawLateAcknowledgements(random, beginMs, leader, others)];
    case 'crash':
      return [throne, cut, { atMs: beginMs + random.below(300), forMs, kind: 'crash', nodes: [leader] }];
    case 'return':
      // Cut off with entries of its own, and made the leader again soon after.
      return [
        throne,
        cut,
        { atMs: beginMs + forMs + random.below(400), forMs: 0, kind: 'transfer', node: leader },
      ];
  }
}

/**
 * A leader writes for one follower alone, whose acknowledgements wait in the network. Others elect somebody else and go on; the
 * old leader learns that and is made the leader again; only then it hears what the follower said of entries that nobody has.
 */
function drawLateAcknowledgements(
  random: Random,
  beginMs: number,
  leader: number,
  others: readonly number[],
): Fault[] {
  const [loyal = leader, ...rest] = sample(random, others, others.length);
  const rejoinMs = beginMs + 1000 + random.below(500);
  const againMs = rejoinMs + 50 + random.below(300);
  const heardMs = againMs + 300 + random.below(1000);
  const clogMs = beginMs + 20;
  return [
    { atMs: beginMs, forMs: rejoinMs - beginMs, kind: 'partition', groups: [[leader, loyal], rest] },
    { atMs: clogMs, forMs: heardMs - clogMs, kind: 'clog', from: [loyal], to: [leader, ...others] },
    { atMs: againMs, forMs: 0, kind: 'transfer', node: leader },
  ];
}
