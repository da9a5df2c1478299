/**
 * Commands that change the connection matrix and the other faults of links.
 *
 * @module
 */
import { MESSAGE_KINDS } from '../node/frame.js';
import type { ArgumentReader } from './argument-reader.js';
import type { CommandSpec } from './command-spec.js';
import { readMatrixRows } from './matrix-argument.js';
import { readLinkEnd } from './selector.js';

const readEnds = (reader: ArgumentReader) => {
  const from = readLinkEnd(reader);
  const token = reader.peek();
  const to = readLinkEnd(reader);
  if (from?.kind === 'node' && to?.kind === 'node' && from.node === to.node) {
    reader.fail(token?.start ?? 0, 'another node', String(to.node));
  }
  return { from, to };
};

/** `on`, `off`, or nothing for on. */
const readSwitch = (reader: ArgumentReader): boolean => {
  if (reader.atEnd) return true;
  return reader.choice(['on', 'off'] as const, 'on or off') === 'on';
};

const readMs = (reader: ArgumentReader): number =>
  reader.durationMs({ bareUnitMs: 1, what: 'a time in milliseconds' });

export const MATRIX_COMMANDS = {
  upload: {
    group: 'matrix',
    forms: ['FILE'],
    summary: 'Replaces the whole matrix by the one in a file: one row a line.',
    examples: ['upload matrix'],
    parse: reader => ({ kind: 'upload', path: reader.text('a file name') }),
  },
  matrix: {
    group: 'matrix',
    forms: ['ROWS', ''],
    summary: 'Replaces the whole matrix, rows separated by «;». Without rows: shows it.',
    examples: ['matrix 0 0.1 0; 0.1 0 0; 0 0 0', 'matrix'],
    parse: reader =>
      reader.atEnd ? { kind: 'show-matrix' } : { kind: 'matrix', rows: readMatrixRows(reader) },
  },
  edit: {
    group: 'matrix',
    forms: ['FROM TO P'],
    summary: 'Sets the probability that a message from FROM to TO is dropped.',
    examples: ['edit 3 4 0.6', 'edit leader * 1'],
    parse: reader => ({ kind: 'edit', ...readEnds(reader), drop: reader.probability() }),
  },
  reset: {
    group: 'matrix',
    forms: [''],
    summary: 'Sets the whole matrix to 0; other faults of links stay.',
    examples: ['reset'],
    parse: () => ({ kind: 'reset' }),
  },
} as const satisfies Record<string, CommandSpec>;

export const LINK_COMMANDS = {
  delay: {
    group: 'links',
    forms: ['FROM TO MS [JITTER]'],
    summary: 'Delays messages by MS, plus up to JITTER drawn for each.',
    examples: ['delay 0 * 50ms 10ms', 'delay * * 20'],
    parse: reader => ({
      kind: 'delay',
      ...readEnds(reader),
      delayMs: readMs(reader),
      jitterMs: reader.atEnd ? 0 : readMs(reader),
    }),
  },
  duplicate: {
    group: 'links',
    forms: ['FROM TO P'],
    summary: 'Delivers messages twice with probability P.',
    examples: ['duplicate * * 0.05'],
    parse: reader => ({
      kind: 'duplicate',
      ...readEnds(reader),
      probability: reader.probability(),
    }),
  },
  reorder: {
    group: 'links',
    forms: ['FROM TO P'],
    summary: 'Lets a message be overtaken with probability P.',
    examples: ['reorder * * 0.2'],
    parse: reader => ({ kind: 'reorder', ...readEnds(reader), probability: reader.probability() }),
  },
  clog: {
    group: 'links',
    forms: ['FROM TO [on|off]'],
    summary: 'Holds all messages; off delivers them.',
    examples: ['clog 0 1', 'clog 0 1 off'],
    parse: reader => ({ kind: 'clog', ...readEnds(reader), on: readSwitch(reader) }),
  },
  filter: {
    group: 'links',
    forms: ['FROM TO TYPE [on|off]'],
    summary: 'Drops all messages of one type.',
    examples: ['filter leader * AppendEntries', 'filter * * Heartbeat off'],
    parse: reader => ({
      kind: 'filter',
      ...readEnds(reader),
      message: reader.choice(MESSAGE_KINDS, `a message type: ${MESSAGE_KINDS.join(', ')}`),
      on: readSwitch(reader),
    }),
  },
} as const satisfies Record<string, CommandSpec>;
