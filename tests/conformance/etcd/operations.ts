/**
 * Membership operations as the traces write them: `v1 l2 r3 u4`.
 *
 * @module
 */
import { type ConfChangeKind, type ConfChangeOperation, raftId } from '../../../src/raft/index.js';
import { integer } from '../datadriven.js';

const KINDS: Readonly<Record<string, ConfChangeKind>> = {
  v: 'add-voter',
  l: 'add-learner',
  r: 'remove',
  u: 'update',
};

const LETTERS: Readonly<Record<ConfChangeKind, string>> = {
  'add-voter': 'v',
  'add-learner': 'l',
  remove: 'r',
  update: 'u',
};

export function parseOperations(text: string): readonly ConfChangeOperation[] {
  const words = text.split(/\s+/).filter(word => word !== '');
  return words.map(word => {
    const kind = KINDS[word.charAt(0)];
    if (kind === undefined) throw new Error(`unknown membership operation: ${word}`);
    return { kind, id: raftId(integer(word.slice(1))) };
  });
}

export function formatOperations(operations: readonly ConfChangeOperation[]): string {
  return operations.map(({ kind, id }) => `${LETTERS[kind]}${id}`).join(' ');
}
