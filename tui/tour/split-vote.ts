/**
 * Scene 2: several candidates at once, none of them elected.
 *
 * @module
 */
import type { ClusterStatus } from '../../src/runtime/status.js';
import { leaderOf, membersOf, type Scene, SceneFailure, type Stage } from './stage.js';

/** Chance may still elect somebody; then it is tried again. */
const MAX_ATTEMPTS = 5;

/** Terms with several candidates and no leader, from the reports after event `after`. */
function splitTerms({ events }: ClusterStatus, after: number): readonly number[] {
  const candidates = new Map<number, number>();
  const led = new Set<number>();
  for (const event of events) {
    const term = Number(/ in term (\d+)/.exec(event.text)?.[1]);
    if (event.sequence <= after) continue;
    if (event.kind === 'election') candidates.set(term, (candidates.get(term) ?? 0) + 1);
    if (event.kind === 'leader') led.add(term);
  }
  return [...candidates].filter(([term, count]) => count >= 2 && !led.has(term)).map(([term]) => term);
}

/** Kills the leader and holds all messages until everybody has asked for votes. @returns the node killed */
async function gather(stage: Stage): Promise<number> {
  await stage.restore();
  const status = await stage.status();
  const dead = leaderOf(status);
  await stage.run(`kill ${dead}`, 'clog * *');
  for (const { node } of membersOf(status)) {
    if (node !== dead) await stage.until(`node ${node} is pre-candidate`);
  }
  return dead;
}

/** Lets the held messages go. @returns the term without a leader; null: one was elected in the first */
async function release(stage: Stage, delayMs: number): Promise<number | null> {
  const after = (await stage.status()).events.at(-1)?.sequence ?? 0;
  await stage.run(`delay * * ${delayMs}`, 'clog * * off');
  let split: number | null = null;
  await stage.see('an election, won or not', status => {
    const isOver = status.leader !== null || status.events.some(isLaterCampaign(status, after));
    split = splitTerms(status, after)[0] ?? null;
    return isOver && (split !== null || status.leader !== null);
  });
  return split;
}

/** A split is certain when somebody stands in a term after it, or when its candidates gave up. */
function isLaterCampaign(status: ClusterStatus, after: number) {
  return (event: ClusterStatus['events'][number]): boolean =>
    event.sequence > after &&
    event.kind === 'election' &&
    status.nodes.every(({ state, raft }) => state !== 'up' || raft?.role !== 'candidate');
}

export const SPLIT_VOTE: Scene = {
  name: 'split-vote',
  title: 'Split vote',
  minNodes: 3,
  panel: 'nodes',
  end: 'a term passed without a leader, and a later term has one',
  play: stage => {
    let split = 0;
    let delayMs = 0;
    return [
      {
        caption: () =>
          'Timers are random, so that one node is first as a rule. Here all are made to be first: the leader is ' +
          'killed and every message held back, until each node (◌) has asked whether it could win.',
        act: async () => {
          const { electionTimeoutMs } = await stage.status();
          delayMs = Math.max(40, Math.round(electionTimeoutMs / 4));
          await gather(stage);
        },
      },
      {
        caption: () =>
          `Now the messages go out, ${delayMs} ms each. All hear "you could win" at the same moment, vote for ` +
          'themselves (◐) and have no vote left for the others.',
        act: async () => {
          for (let attempt = 1; ; attempt++) {
            const term = await release(stage, delayMs);
            if (term !== null) {
              split = term;
              return;
            }
            if (attempt === MAX_ATTEMPTS) throw new SceneFailure('somebody was elected every time');
            await gather(stage);
          }
        },
      },
      {
        caption: () =>
          `Term ${split}: several candidates, nobody got a majority. Raft lets the term go to waste. Timers are drawn ` +
          'anew, and with quick links the first to ask wins.',
        act: async () => {
          await stage.run('heal');
          await stage.until('leader');
          await stage.run(`expect term > ${split}`);
        },
      },
      {
        caption: () => 'One leader again. The only harm was a moment without one: see Roles over time.',
        act: async () => {
          await stage.restore();
          await stage.run(`expect term > ${split}`);
        },
      },
    ];
  },
};
