/**
 * Scene 3: logs that went different ways become one again (figure 7 of the Raft paper).
 *
 * @module
 */
import { leaderOf, membersOf, raftOf, type Scene, SceneFailure } from './stage.js';

const ORPHANS = 4;
/** A busy machine may delay heartbeats; then it is tried again. */
const MAX_ATTEMPTS = 5;

export const REPLICATION: Scene = {
  name: 'log-repair',
  title: 'Repair of a diverged log (figure 7)',
  minNodes: 3,
  panel: 'log',
  end: 'all logs are equal; what only the old leader had is gone, and was never acknowledged',
  play: stage => {
    let old = 0;
    let behind: number | null = null;
    let next = 0;
    let end = 0;
    const prepare = async (): Promise<void> => {
      await stage.restore();
      for (let entry = 1; entry <= ORPHANS; entry++) await stage.run(`put tour:log ${entry}`);
      await stage.settle();
      const status = await stage.status();
      old = leaderOf(status);
      end = raftOf(status, old).lastIndex;
      const others = membersOf(status).filter(node => node.node !== old);
      if (others.length >= 4) behind = others.at(-1)?.node ?? null;
    };
    /** False: a busy machine has made the leader step down. */
    const writeOrphans = async (): Promise<boolean> => {
      await stage.forbidElections();
      await stage.run(`filter ${old} * AppendEntries`);
      for (let entry = 1; entry <= ORPHANS; entry++) {
        stage.start(`try via ${old} put tour:log "lost ${entry}"`);
      }
      return stage.comes(`last of ${old} >= ${end + ORPHANS}`);
    };
    return [
      {
        caption: () =>
          'Each write becomes an entry of the leader’s log, is sent to all, and is committed once a majority has ' +
          'it. See the Log: one cell an entry, its digit the term.',
        act: async () => {
          await prepare();
        },
      },
      {
        caption: () =>
          `The entries of n${old} reach nobody now, only its heartbeats do. ${ORPHANS} more writes stay at its end of ` +
          'the log, uncommitted: no majority has them, so no client is told that they are safe.',
        act: async () => {
          for (let attempt = 1; !(await writeOrphans()); attempt++) {
            if (attempt === MAX_ATTEMPTS) throw new SceneFailure('leaders changed too often');
            await prepare();
          }
        },
      },
      {
        caption: () =>
          `n${old} is cut off${behind === null ? '' : `, and so is n${behind}, which will lack entries`}. The majority ` +
          'elects another leader and goes on: its entries stand where the lost ones stand in the old leader’s log.',
        act: async () => {
          await stage.run(`isolate ${behind === null ? old : `${old},${behind}`}`);
          await stage.allowElections();
          await stage.until(`leader is not ${old}`);
          next = leaderOf(await stage.status());
          for (const value of ['a', 'b', 'c', 'd', 'e', 'f']) await stage.run(`put tour:log ${value}`);
          await stage.settled();
        },
      },
      {
        caption: () =>
          `Heal. n${next} finds for each follower the last entry both have, deletes what follows there and sends its ` +
          `own. The marked cells of n${old} change their term.`,
        act: async () => {
          await stage.run('heal');
          await stage.until('converged');
          await stage.run('expect value of tour:log is f', 'expect state hashes equal');
          await stage.see('equal logs', status => {
            const leader = leaderOf(status);
            const tail = raftOf(status, leader).tailTerms.slice(-20).join(' ');
            return membersOf(status).every(
              ({ node }) => raftOf(status, node).tailTerms.slice(-20).join(' ') === tail,
            );
          });
        },
      },
    ];
  },
};
