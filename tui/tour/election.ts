/**
 * Scene 1: a leader dies, and the others agree on a new one.
 *
 * @module
 */
import { leaderOf, raftOf, type Scene } from './stage.js';

export const ELECTION: Scene = {
  name: 'election',
  title: 'Election',
  minNodes: 3,
  panel: 'nodes',
  end: 'another node leads in a newer term, and the old leader follows it',
  play: stage => {
    let old = 0;
    let term = 0;
    let next = 0;
    let heartbeatMs = 0;
    return [
      {
        caption: () =>
          'One node leads (★): it takes every write. Its heartbeats keep the timers of the others from running out.',
        act: async () => {
          await stage.restore();
          const status = await stage.status();
          old = leaderOf(status);
          ({ term, heartbeatMs } = status);
        },
      },
      {
        caption: () =>
          `n${old} leads in term ${term} and says so every ${heartbeatMs} ms. Now it is killed. Watch the timers: ` +
          'the first to run out asks the others for their votes, in a new term.',
        act: async () => {
          await stage.run(`kill ${old}`);
          await stage.until(`term > ${term}`);
          await stage.until(`leader is not ${old}`);
          const status = await stage.status();
          next = leaderOf(status);
          term = status.term;
        },
      },
      {
        caption: () =>
          `n${next} got a majority and leads in term ${term}. Each node votes once in a term, so there cannot be ` +
          'two winners. Writes go on:',
        act: () => stage.run('put tour:election "the new leader took this"'),
      },
      {
        caption: () =>
          `n${old} comes back with what its disk holds. It hears of the newer term and follows; nobody has to tell ` +
          'it that it lost its office.',
        act: async () => {
          await stage.run(`revive ${old}`);
          await stage.see(`n${old} follows another node`, status => {
            const raft = raftOf(status, old);
            const followsAnother = raft.role === 'follower' && raft.leader !== null && raft.leader !== old;
            return followsAnother && raft.term >= term;
          });
          await stage.until('converged');
          await stage.run(`expect term of ${old} >= ${term}`);
        },
      },
    ];
  },
};
