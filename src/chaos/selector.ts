/**
 * How a command names nodes: by number, by role, by chance, or by a name given with `let`.
 *
 * @module
 */
import type { ArgumentReader } from './argument-reader.js';

/** One node. `follower` and `random` are drawn from the nodes that are up. */
export type NodePick =
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'leader' | 'follower' | 'random' }
  | { readonly kind: 'name'; readonly name: string };

/** Several nodes. `all` is every node to which the command can apply. */
export type NodeSet =
  | { readonly kind: 'picks'; readonly picks: readonly NodePick[] }
  | { readonly kind: 'all' | 'followers' }
  | { readonly kind: 'random-count'; readonly count: number };

const PICK_WORDS = ['leader', 'follower', 'random'] as const;

const isPickWord = (text: string): text is (typeof PICK_WORDS)[number] =>
  PICK_WORDS.some(word => word === text);

/** `0`, `leader`, `follower`, `random` or `$name`. */
export const readPick = (reader: ArgumentReader): NodePick => {
  const token = reader.next(reader.nodeExpectation());
  return pickOf(reader, token.text, token.start);
};

const pickOf = (reader: ArgumentReader, text: string, start: number): NodePick => {
  if (isPickWord(text)) return { kind: text };
  if (/^\$\w+$/.test(text)) return { kind: 'name', name: reader.knownName(text.slice(1), start) };
  return { kind: 'node', node: reader.nodeNumber(text, start) };
};

/** A pick, or `*` for every node. */
export const readLinkEnd = (reader: ArgumentReader): NodePick | null =>
  reader.keyword('*') ? null : readPick(reader);

/** Picks separated by commas in one word: `0,leader,$old`. */
export const readPickList = (reader: ArgumentReader): readonly NodePick[] => {
  const token = reader.next(reader.nodeExpectation());
  const picks: NodePick[] = [];
  const seen = new Set<string>();
  let at = token.start;
  for (const part of token.text.split(',')) {
    if (seen.has(part) && part !== 'random' && part !== 'follower') {
      reader.fail(at, 'each node once', part);
    }
    seen.add(part);
    picks.push(pickOf(reader, part, at));
    at += part.length + 1;
  }
  return picks;
};

/** `all`, `followers`, `random N`, or a list of picks. */
export const readNodeSet = (reader: ArgumentReader): NodeSet => {
  if (reader.keyword('all') || reader.keyword('*')) return { kind: 'all' };
  if (reader.keyword('followers')) return { kind: 'followers' };
  if (reader.peekIs('random') && /^\d+$/.test(reader.peekText(1) ?? '')) {
    reader.keyword('random');
    return { kind: 'random-count', count: reader.integer(1, reader.nodeLimit(), 'a number of nodes') };
  }
  return { kind: 'picks', picks: readPickList(reader) };
};

export const printPick = (pick: NodePick): string => {
  switch (pick.kind) {
    case 'node':
      return String(pick.node);
    case 'name':
      return `$${pick.name}`;
    case 'leader':
    case 'follower':
    case 'random':
      return pick.kind;
  }
};

export const printLinkEnd = (end: NodePick | null): string => (end === null ? '*' : printPick(end));

export const printNodeSet = (set: NodeSet): string => {
  switch (set.kind) {
    case 'picks':
      return set.picks.map(printPick).join(',');
    case 'random-count':
      return `random ${set.count}`;
    case 'all':
    case 'followers':
      return set.kind;
  }
};
