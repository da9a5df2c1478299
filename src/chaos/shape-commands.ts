/**
 * Commands that give the network a shape. A shape replaces the whole matrix; delays and other faults stay.
 *
 * @module
 */
import type { Group, PartitionShape } from './action.js';
import { ArgumentReader } from './argument-reader.js';
import type { CommandSpec } from './command-spec.js';
import { restInPieces } from './matrix-argument.js';
import { type NodePick, readNodeSet, readPick, readPickList } from './selector.js';
import type { Token } from './tokenizer.js';

const SHAPE_WORDS = ['majority', 'minority', 'random'] as const;

const readPartition = (reader: ArgumentReader): PartitionShape => {
  const isLastWord = reader.peekText(1) === null;
  const word = SHAPE_WORDS.find(candidate => reader.peekIs(candidate));
  if (word !== undefined && isLastWord) {
    reader.expectKeyword(word);
    return { kind: word };
  }
  if (reader.peekIs('leader') && isLastWord) {
    reader.expectKeyword('leader');
    return { kind: 'leader' };
  }
  if (/^\d+$/.test(reader.peekText() ?? '') && isLastWord) {
    const most = reader.context.nodes ?? 255;
    return { kind: 'count', nodes: reader.integer(1, most, 'a number of nodes') };
  }
  return { kind: 'groups', groups: readGroups(reader) };
};

/** `0,1 | 2,3,4`. One group alone stands against all other nodes. */
const readGroups = (reader: ArgumentReader): readonly Group[] => {
  if (reader.atEnd) reader.failHere('groups such as 0,1 | 2,3, leader, majority, minority or random');
  const groups: NodePick[][] = [[]];
  const seen = new Map<string, true>();
  let end = 0;
  for (const { text, start } of restInPieces(reader, '|')) {
    const group = groups.at(-1) ?? [];
    end = start + text.length;
    if (text === '|') {
      if (group.length === 0) reader.fail(start, reader.nodeExpectation(), '|');
      groups.push([]);
      continue;
    }
    group.push(...picksIn(reader, text, start, seen));
  }
  if (groups.at(-1)?.length === 0) reader.fail(end, reader.nodeExpectation(), 'the end of the line');
  checkCoverage(reader, groups, end);
  return groups;
};

/** A piece of a word, read as a list of nodes; a leading or trailing comma joins it to its neighbour. */
const picksIn = (
  reader: ArgumentReader,
  text: string,
  start: number,
  seen: Map<string, true>,
): readonly NodePick[] => {
  const lead = /^,*/.exec(text)?.[0].length ?? 0;
  const bare = text.slice(lead).replace(/,+$/, '');
  if (bare === '') return [];
  const from = start + lead;
  const token: Token = { bytes: bare, text: bare, quoted: false, start: from, end: from + bare.length };
  const picks = readPickList(new ArgumentReader([token], reader.context));
  let at = from;
  for (const part of bare.split(',')) {
    if (seen.has(part)) reader.fail(at, 'each node once', part);
    seen.set(part, true);
    at += part.length + 1;
  }
  return picks;
};

/** With two groups or more, and all of them plain numbers, every node must be in one. */
const checkCoverage = (reader: ArgumentReader, groups: readonly Group[], end: number): void => {
  const { nodes } = reader.context;
  if (nodes === undefined || groups.length < 2) return;
  const named = new Set<number>();
  for (const pick of groups.flat()) {
    if (pick.kind !== 'node') return;
    named.add(pick.node);
  }
  const missing = Array.from({ length: nodes }, (_, node) => node).find(node => !named.has(node));
  if (missing !== undefined) {
    reader.fail(end, `every node in a group, also ${missing}`, 'the end of the line');
  }
};

export const SHAPE_COMMANDS = {
  partition: {
    group: 'shapes',
    forms: ['GROUPS', 'leader', 'majority', 'minority', 'random', 'COUNT'],
    summary:
      'Cuts the network into groups; the leader off; the leader into the larger, the smaller or a ' +
      'random part; or COUNT nodes with the leader off the rest.',
    examples: ['partition 0,1 | 2,3,4', 'partition leader', 'partition 2', 'partition minority'],
    parse: reader => ({ kind: 'partition', shape: readPartition(reader) }),
  },
  isolate: {
    group: 'shapes',
    forms: ['NODES'],
    summary: 'Cuts every link from and to these nodes; the other links stay as they are.',
    examples: ['isolate 2', 'isolate leader', 'isolate random 2'],
    parse: reader => ({ kind: 'isolate', nodes: readNodeSet(reader) }),
  },
  bridge: {
    group: 'shapes',
    forms: ['[NODE]'],
    summary: 'Two halves that see each other only through one node (left out: the middle one).',
    examples: ['bridge', 'bridge 2'],
    parse: reader => ({ kind: 'bridge', node: reader.atEnd ? null : readPick(reader) }),
  },
  ring: {
    group: 'shapes',
    forms: [''],
    summary: 'Every node sees only its nearest neighbours, a bare majority, each a different one.',
    examples: ['ring'],
    parse: () => ({ kind: 'ring' }),
  },
  heal: {
    group: 'shapes',
    forms: ['[NODES]'],
    summary: 'Makes all links, or those of these nodes, perfect; held messages are delivered.',
    examples: ['heal', 'heal 2'],
    parse: reader => ({ kind: 'heal', nodes: reader.atEnd ? null : readNodeSet(reader) }),
  },
} as const satisfies Record<string, CommandSpec>;
