/**
 * Scene 5: an entry of an older term is not committed by counting its copies (figure 8 of the Raft paper).
 *
 * The cluster is brought, by kills and filters, to the state the figure warns of: an old entry stands on a majority,
 * and yet another node can win and replace it. The entry is long and so is the one after it: each travels in a message
 * of its own, so that the first can be let through alone.
 *
 * @module
 */
import type { ClusterStatus } from '../../src/runtime/status.js';
import { leaderOf, membersOf, names, raftOf, type Scene, SceneFailure, type Stage } from './stage.js';

/** Two values of this size do not fit one message. */
const BIG_VALUE_BYTES = 700_000;
/** Long enough to see an entry written and not yet acknowledged. */
const SLOW_DISK_MS = 3_000;

/** A busy machine may delay heartbeats; then it is tried again. */
const MAX_ATTEMPTS = 5;

interface Cast {
  readonly first: number;
  /** Index of the entry in question, and its term. */
  readonly index: number;
  readonly term: number;
  /** Elected in between; has another entry at this index. */
  readonly rival: number;
  /** With the first node just a majority. */
  readonly copies: readonly number[];
  readonly bystanders: readonly number[];
}

/** Of a cluster in which `first` is dead and `rival` leads: who plays what. @throws SceneFailure */
function castOf(status: ClusterStatus, known: Pick<Cast, 'first' | 'index' | 'term'>): Cast {
  const rival = leaderOf(status);
  const plain = membersOf(status)
    .map(node => node.node)
    .filter(node => node !== known.first && node !== rival)
    .filter(node => raftOf(status, node).lastIndex < known.index);
  const copies = plain.slice(0, status.quorum - 1);
  if (copies.length < status.quorum - 1) throw new SceneFailure('too many nodes have led in between');
  const bystanders = membersOf(status)
    .map(node => node.node)
    .filter(node => node !== known.first && node !== rival && !copies.includes(node));
  return { ...known, rival, copies, bystanders };
}

/** A leader's write that nobody else has; the leader is dead then. Null: leadership changed meanwhile. */
async function writeAlone(stage: Stage): Promise<Pick<Cast, 'first' | 'index' | 'term'> | null> {
  await stage.restore();
  await stage.run('del tour:old');
  await stage.settle();
  const before = await stage.status();
  const first = leaderOf(before);
  const { lastIndex, term } = raftOf(before, first);
  await stage.forbidElections();
  await stage.run(`filter ${first} * AppendEntries`);
  for (let entry = 0; entry < 2; entry++) {
    stage.start(`try via ${first} put tour:old ${'x'.repeat(BIG_VALUE_BYTES)}`);
  }
  const isWritten = await stage.comes(`last of ${first} >= ${lastIndex + 2}`);
  await stage.run('wait 300ms');
  const after = raftOf(await stage.status(), first);
  await stage.run('filter * * AppendEntries', `kill ${first}`);
  await stage.allowElections();
  // It may have stepped down for want of answers: nobody else has led meanwhile.
  return isWritten && after.term === term && after.commit <= lastIndex
    ? { first, index: lastIndex + 1, term }
    : null;
}

/** Lets the old entry reach `copies`, and stops the leader before the entry after it follows. */
async function copyOldEntryOnly(stage: Stage, { first, index, copies }: Cast): Promise<void> {
  for (const copy of copies) await stage.run(`disk ${copy} slow ${SLOW_DISK_MS}`);
  for (const copy of copies) await stage.run(`filter ${first} ${copy} AppendEntries off`);
  for (const copy of copies) {
    await stage.until(`last of ${copy} >= ${index}`);
    await stage.run(`filter ${first} ${copy} AppendEntries`, `expect last of ${copy} = ${index}`);
  }
  for (const copy of copies) await stage.run(`disk ${copy} ok`);
  await stage.see('the leader knows of the copies', status =>
    raftOf(status, first)
      .progress.filter(({ node }) => copies.includes(node))
      .every(({ match }) => match >= index),
  );
}

export const OLD_TERM: Scene = {
  name: 'old-term',
  title: 'Old terms are not committed by counting (figure 8)',
  minNodes: 3,
  panel: 'log',
  end: 'an entry that stood on a majority was replaced, and nobody had been told that it was safe',
  play: stage => {
    let first = 0;
    let cast: Cast | null = null;
    let term = 0;
    let index = 0;
    const players = (): Cast => {
      if (cast === null) throw new SceneFailure('the scene was not begun');
      return cast;
    };
    return [
      {
        caption: () =>
          'A leader takes two long writes, and is killed before anybody else has them. Only the first will matter; they ' +
          'are long so that each travels in a message of its own.',
        act: async () => {
          for (let attempt = 1; ; attempt++) {
            const entry = await writeAlone(stage);
            if (entry !== null) {
              ({ first, index, term } = entry);
              return;
            }
            if (attempt === MAX_ATTEMPTS) throw new SceneFailure('leaders changed too often');
          }
        },
      },
      {
        caption: () =>
          `n${first} has entry ${index} of term ${term}; it is dead. Another node is elected, writes the first entry of ` +
          'its own term at the same place, and is killed too before anybody has that one.',
        act: async () => {
          await stage.until(`leader is not ${first}`);
          await stage.forbidElections();
          cast = castOf(await stage.status(), { first, index, term });
          const { rival, bystanders } = cast;
          await stage.until(`last of ${rival} >= ${index}`);
          await stage.run('wait 300ms', `kill ${[rival, ...bystanders].join(',')}`);
        },
      },
      {
        caption: () =>
          `n${players().rival} was that other node. n${first} comes back and is elected again: of the nodes alive it has ` +
          `the longest log. It sends its old entry ${index} (term ${term}), but not yet one of its new term.`,
        act: async () => {
          await stage.allowElections();
          await stage.run(`revive ${first}`);
          await stage.until(`leader is ${first}`);
          await copyOldEntryOnly(stage, players());
        },
      },
      {
        caption: () =>
          `Now ${names([first, ...players().copies])}, a majority, have entry ${index}, and n${first} knows it. Still it does ` +
          'not count it as committed: a leader counts copies of entries of its own term only. Why?',
        act: () => stage.run(`expect commit < ${index} for 1500ms`),
      },
      {
        caption: () =>
          `Because n${players().rival} can still win: its last entry is of a newer term than theirs. n${first} dies, ` +
          `n${players().rival} comes back, is elected, and puts its own entry in the place of ${index}.`,
        act: async () => {
          const { rival } = players();
          await stage.run(`kill ${first}`, `revive ${rival}`);
          await stage.until(`leader is ${rival}`);
          await stage.run('heal');
          await stage.until(`commit >= ${index}`);
          await stage.run('expect value of tour:old is missing');
          await stage.settled();
        },
      },
      {
        caption: () =>
          'The entry on a majority is gone. Had it been called committed, a write would have been lost. An entry of ' +
          'the leader’s own term on a majority rules this out, and commits all before it.',
        act: async () => {
          await stage.restore();
          await stage.run('expect value of tour:old is missing', 'expect state hashes equal');
        },
      },
    ];
  },
};
