/**
 * Scene 6: a node so far behind that the log does not reach back to it.
 *
 * @module
 */
import { leaderOf, membersOf, raftOf, type Scene, SceneFailure, type Stage } from './stage.js';

const WRITES_PER_ROUND = 400;
const WRITES_AT_ONCE = 50;
/** So many rounds exceed what any setting keeps behind a snapshot. */
const MAX_ROUNDS = 40;

async function writeMany(stage: Stage, round: number): Promise<void> {
  for (let from = 0; from < WRITES_PER_ROUND; from += WRITES_AT_ONCE) {
    await Promise.all(
      Array.from({ length: WRITES_AT_ONCE }, (_, at) =>
        stage.quietly(`put tour:key${(from + at) % 20} ${round}`),
      ),
    );
  }
}

export const SNAPSHOT: Scene = {
  name: 'snapshot',
  title: 'Catching up by snapshot',
  minNodes: 3,
  panel: 'log',
  end: 'the node that was away has the state of the others, from a snapshot',
  play: stage => {
    let away = 0;
    let last = 0;
    let snapshot = 0;
    return [
      {
        caption: () => 'A log cannot grow for ever. One node is stopped, and the others go on without it.',
        act: async () => {
          await stage.restore();
          const status = await stage.status();
          const leader = leaderOf(status);
          away =
            membersOf(status)
              .filter(({ node }) => node !== leader)
              .at(-1)?.node ?? 0;
          await stage.run(`kill ${away}`);
          last = raftOf(status, away).lastIndex;
        },
      },
      {
        caption: () =>
          `n${away} stopped at entry ${last}. Some thousand writes later the leader stores its state as a snapshot, and ` +
          'drops the entries before it from its log.',
        act: async () => {
          for (let round = 1; ; round++) {
            await writeMany(stage, round);
            const leader = leaderOf(await stage.status());
            await stage.run(`snapshot ${leader}`);
            const { firstIndex, snapshotIndex } = raftOf(await stage.status(), leader);
            snapshot = snapshotIndex;
            if (firstIndex > last + 1) return;
            if (round === MAX_ROUNDS) throw new SceneFailure('the leader keeps its whole log');
          }
        },
      },
      {
        caption: () =>
          `n${away} comes back. The entries it lacks are not in any log now, so the leader sends its snapshot at ` +
          `${snapshot}, and then the entries after it.`,
        act: async () => {
          await stage.run(`revive ${away}`);
          await stage.until(`snapshot of ${away} > ${last}`);
          await stage.until('converged');
        },
      },
      {
        caption: () => `n${away} has the state of the others without having seen the entries that led to it.`,
        act: () => stage.run(`expect snapshot of ${away} > ${last}`, 'expect state hashes equal'),
      },
    ];
  },
};
