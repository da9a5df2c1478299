/**
 * Longest common subsequence.
 *
 * @module
 */
import { type Context, WRONG } from '../context.js';
import { NOT_AN_INTEGER, SYNTAX_ERROR } from '../error-replies.js';
import { parsePosition } from '../integer.js';
import { error, type Reply } from '../reply.js';
import { type Command, TWO_KEYS } from './command.js';

const NOT_STRINGS = error('ERR The specified keys must contain string values');
const LEN_WITH_IDX = error('ERR If you want both the length and indexes, please just use IDX.');
const TOO_LARGE = error('ERR Insufficient memory, failed allocating transient memory for LCS');
/** Cells of the table: 64 MiB, and a tenth of a second. */
const MAX_CELLS = 2 ** 24;

interface LcsOptions {
  length: boolean;
  indexes: boolean;
  withMatchLength: boolean;
  minMatchLength: number;
}

interface Match {
  aStart: number;
  bStart: number;
  length: number;
}

function parseLcsOptions(args: readonly string[]): LcsOptions | Reply {
  const options = { length: false, indexes: false, withMatchLength: false, minMatchLength: 0 };
  for (let at = 2; at < args.length; at++) {
    const word = (args[at] ?? '').toUpperCase();
    const value = args[at + 1];
    if (word === 'IDX') options.indexes = true;
    else if (word === 'LEN') options.length = true;
    else if (word === 'WITHMATCHLEN') options.withMatchLength = true;
    else if (word === 'MINMATCHLEN' && value !== undefined) {
      const minimum = parsePosition(value);
      if (minimum === null) return NOT_AN_INTEGER;
      options.minMatchLength = Math.max(0, minimum);
      at++;
    } else return SYNTAX_ERROR;
  }
  return options.length && options.indexes ? LEN_WITH_IDX : options;
}

/** `table[i * (b.length + 1) + j]`: length of the subsequence of the first i and j chars. */
function lengthTable(a: string, b: string): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    const code = a.charCodeAt(i - 1);
    const row = i * width;
    for (let j = 1; j <= b.length; j++) {
      const above = table[row - width + j] ?? 0;
      const left = table[row + j - 1] ?? 0;
      const diagonal = table[row - width + j - 1] ?? 0;
      const best = Math.max(above, left);
      table[row + j] = code === b.charCodeAt(j - 1) ? diagonal + 1 : best;
    }
  }
  return table;
}

/** Walks back through the table; the runs come last first, as Redis lists them. */
function findMatches(a: string, b: string, table: Uint32Array): Match[] {
  const width = b.length + 1;
  const matches: Match[] = [];
  let open: Match | null = null;
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      i--;
      j--;
      if (open === null) {
        open = { aStart: i, bStart: j, length: 0 };
        matches.push(open);
      }
      open.aStart = i;
      open.bStart = j;
      open.length++;
    } else {
      open = null;
      if ((table[(i - 1) * width + j] ?? 0) > (table[i * width + j - 1] ?? 0)) i--;
      else j--;
    }
  }
  return matches;
}

function describe(match: Match, withLength: boolean): Reply {
  const last = match.length - 1;
  const ranges: Reply[] = [
    [match.aStart, match.aStart + last],
    [match.bStart, match.bStart + last],
  ];
  return withLength ? [...ranges, match.length] : ranges;
}

function lcs(context: Context, args: readonly string[]): Reply {
  const a = context.string(args[0] ?? '') ?? '';
  const b = context.string(args[1] ?? '') ?? '';
  if (a === WRONG || b === WRONG) return NOT_STRINGS;
  const options = parseLcsOptions(args);
  if (typeof options !== 'object' || options === null || !('indexes' in options)) return options;
  if ((a.length + 1) * (b.length + 1) > MAX_CELLS) return TOO_LARGE;
  const table = lengthTable(a, b);
  const length = table[table.length - 1] ?? 0;
  if (options.length) return length;
  const matches = findMatches(a, b, table);
  if (!options.indexes) {
    const runs = matches.map(match => a.slice(match.aStart, match.aStart + match.length));
    return runs.reverse().join('');
  }
  const wanted = matches.filter(match => match.length >= options.minMatchLength);
  const described = wanted.map(match => describe(match, options.withMatchLength));
  return { kind: 'map', items: ['matches', described, 'len', length] };
}

export const LCS_COMMANDS: readonly Command[] = [
  {
    name: 'lcs',
    opcode: 52,
    arity: -3,
    access: 'read',
    family: 'string',
    keys: TWO_KEYS,
    summary: 'Longest common subsequence of two strings',
    difference: 'Refused when the product of the lengths exceeds 16 million.',
    execute: lcs,
  },
];
