/**
 * Commands about time, expectations and the session itself.
 *
 * @module
 */
import type { LetValue } from './action.js';
import type { ArgumentReader } from './argument-reader.js';
import type { CommandSpec } from './command-spec.js';
import { isOfHistory, readCondition, readExpectation } from './condition.js';
import { FAULT_KINDS, type FaultKind } from './random-fault.js';
import { readPick } from './selector.js';

/** How long `wait until` waits when it is not told. */
export const DEFAULT_WITHIN_MS = 30_000;
const LARGEST_SEED = 4_294_967_295;

const readFaultKinds = (reader: ArgumentReader): readonly FaultKind[] => {
  const expected = `faults, separated by commas: ${FAULT_KINDS.join(', ')}`;
  const token = reader.next(expected);
  const kinds: FaultKind[] = [];
  let at = token.start;
  for (const part of token.text.split(',')) {
    const kind = FAULT_KINDS.find(candidate => candidate === part);
    if (kind === undefined || token.quoted) reader.fail(at, expected, part || 'nothing');
    if (kinds.includes(kind)) reader.fail(at, 'each fault once', part);
    kinds.push(kind);
    at += part.length + 1;
  }
  return kinds;
};

const readPositiveDuration = (reader: ArgumentReader): number => reader.durationMs({ positive: true });

const readLimit = (reader: ArgumentReader) => {
  if (reader.keyword('within')) return { kind: 'within', ms: readPositiveDuration(reader) } as const;
  if (reader.keyword('for')) return { kind: 'for', ms: readPositiveDuration(reader) } as const;
  return null;
};

const readLetValue = (reader: ArgumentReader): LetValue => {
  if (reader.keyword('term')) return { kind: 'measure', measure: 'term' };
  if (reader.keyword('commit')) return { kind: 'measure', measure: 'commit' };
  return readPick(reader);
};

const readName = (reader: ArgumentReader): string => {
  const expected = 'a name of letters, digits and _';
  const token = reader.next(expected);
  if (token.quoted || !/^[A-Za-z_]\w*$/.test(token.text)) {
    reader.fail(token.start, expected, token.text || '""');
  }
  return token.text;
};

export const SESSION_COMMANDS = {
  wait: {
    group: 'session',
    forms: ['DURATION', 'until CONDITION [within DURATION]'],
    summary: 'Waits for a time, or until a condition holds (at most 30s unless told).',
    examples: ['wait 500ms', 'wait until leader', 'wait until commit >= 10 within 5s'],
    parse: reader => {
      if (!reader.keyword('until')) {
        return {
          kind: 'wait',
          durationMs: reader.durationMs({ what: 'a time such as 500ms, or until' }),
        };
      }
      const condition = readCondition(reader);
      const withinMs = reader.keyword('within') ? readPositiveDuration(reader) : DEFAULT_WITHIN_MS;
      return { kind: 'wait-until', condition, withinMs };
    },
  },
  expect: {
    group: 'session',
    forms: [
      'CONDITION',
      'CONDITION within DURATION',
      'CONDITION for DURATION',
      'linearizable',
      'no acknowledged write lost',
    ],
    summary: 'Fails unless the condition holds: now, some time within, or all the time for.',
    examples: [
      'expect converged within 5s',
      'expect no leader for 2s',
      'expect value of 3 is 2',
      'expect linearizable',
    ],
    parse: reader => {
      const condition = readExpectation(reader);
      return { kind: 'expect', condition, limit: isOfHistory(condition) ? null : readLimit(reader) };
    },
  },
  random: {
    group: 'session',
    forms: ['FAULTS every DURATION for DURATION'],
    summary: 'Draws a fault every so often, lifting the one before; lifts the last at the end.',
    examples: ['random kill,partition every 2s for 30s'],
    parse: reader => {
      const faults = readFaultKinds(reader);
      reader.expectKeyword('every');
      const everyMs = readPositiveDuration(reader);
      reader.expectKeyword('for');
      return { kind: 'random', faults, everyMs, forMs: readPositiveDuration(reader) };
    },
  },
  seed: {
    group: 'session',
    forms: ['N'],
    summary: 'Starts the random choices of commands anew from a number.',
    examples: ['seed 42'],
    parse: reader => ({ kind: 'seed', seed: reader.integer(0, LARGEST_SEED, 'a number') }),
  },
  let: {
    group: 'session',
    forms: ['NAME = NODE', 'NAME = term', 'NAME = commit'],
    summary: 'Remembers a node, the term or the commit index as it is now; $NAME stands for it.',
    examples: ['let old = leader', 'let before = term'],
    parse: reader => {
      const name = readName(reader);
      reader.expectKeyword('=');
      return { kind: 'let', name, value: readLetValue(reader) };
    },
  },
  record: {
    group: 'session',
    forms: ['FILE', 'stop'],
    summary: 'Records every command with its time; stop writes the script.',
    examples: ['record session.chaos', 'record stop'],
    parse: reader =>
      reader.keyword('stop')
        ? { kind: 'record-stop' }
        : { kind: 'record', path: reader.text('a file name or stop') },
  },
  help: {
    group: 'session',
    forms: ['[COMMAND]'],
    summary: 'Shows all commands, or one.',
    examples: ['help', 'help partition'],
    parse: reader => ({ kind: 'help', command: reader.atEnd ? null : reader.text('a command') }),
  },
  try: {
    group: 'session',
    forms: ['ANYCOMMAND'],
    summary: 'Runs a command; its failure is reported but is not one.',
    examples: ['try kill 3'],
    parse: reader => reader.failHere('a command'),
  },
} as const satisfies Record<string, CommandSpec>;
