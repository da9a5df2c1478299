/**
 * Scene 4: a leader on the wrong side of a partition.
 *
 * @module
 */
import { leaderOf, membersOf, names, type Scene } from './stage.js';

export const MINORITY_LEADER: Scene = {
  name: 'minority-leader',
  title: 'A leader in the minority',
  minNodes: 3,
  panel: 'nodes',
  end: 'the write of the majority stands, that of the minority was never acknowledged',
  play: stage => {
    let old = 0;
    let minority: readonly number[] = [];
    let majority: readonly number[] = [];
    let next = 0;
    return [
      {
        caption: () => 'The network breaks in two, and the leader is on the smaller side.',
        act: async () => {
          await stage.restore();
          await stage.run('put tour:side before');
          const status = await stage.status();
          old = leaderOf(status);
          const others = membersOf(status)
            .map(node => node.node)
            .filter(node => node !== old);
          const size = membersOf(status).length - status.quorum;
          minority = [old, ...others.slice(0, size - 1)];
          majority = others.slice(size - 1);
          await stage.run(`partition ${minority.join(',')} | ${majority.join(',')}`);
        },
      },
      {
        caption: () =>
          `n${old} has ${names(minority)} on its side: fewer than a majority. It takes a write but cannot commit it; ` +
          'the client gets no answer, and that is the truth: the outcome is unknown.',
        act: async () => {
          stage.start(`try via ${old} put tour:side minority`);
          await stage.until(`leader is not ${old}`);
          next = leaderOf(await stage.status());
        },
      },
      {
        caption: () =>
          `On the other side n${next} was elected in a newer term. For a moment two nodes call themselves leader; only ` +
          `one can commit. n${old} notices that no majority answers, and steps down.`,
        act: async () => {
          await stage.run('put tour:side majority');
          await stage.until(`node ${old} is not leader`);
          await stage.run(`expect unavailable via ${old}`);
          await stage.settled();
        },
      },
      {
        caption: () =>
          'The network heals. The minority gives up its term and takes over what the majority wrote.',
        act: async () => {
          await stage.restore();
          await stage.run('expect value of tour:side is majority', 'expect state hashes equal');
        },
      },
    ];
  },
};
