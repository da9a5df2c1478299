/**
 * Commands that read and write the store.
 *
 * @module
 */
import type { KvAction, LinkAction } from './action.js';
import type { ArgumentReader } from './argument-reader.js';
import type { CommandSpec } from './command-spec.js';
import { readPick } from './selector.js';

/** `get` without a key is the one that is not about the store. */
interface PlainSpec extends CommandSpec {
  readonly parse: (reader: ArgumentReader) => KvAction | (LinkAction & { kind: 'show-matrix' });
}

const PLAIN_COMMANDS = {
  put: {
    group: 'KV',
    forms: ['KEY VALUE'],
    summary: 'Stores a value.',
    examples: ['put 3 2', 'put "two words" "line\\nbreak"'],
    parse: reader => ({ kind: 'put', key: reader.bytes('a key'), value: reader.bytes('a value') }),
  },
  get: {
    group: 'KV',
    forms: ['KEY', ''],
    summary: 'Reads a value. Without a key: shows the matrix.',
    examples: ['get 3', 'get'],
    parse: reader => (reader.atEnd ? { kind: 'show-matrix' } : { kind: 'get', key: reader.bytes('a key') }),
  },
  del: {
    group: 'KV',
    forms: ['KEY'],
    summary: 'Deletes a key.',
    examples: ['del 3'],
    parse: reader => ({ kind: 'del', key: reader.bytes('a key') }),
  },
  cas: {
    group: 'KV',
    forms: ['KEY OLD NEW'],
    summary: 'Stores NEW if the value is OLD.',
    examples: ['cas 3 2 5'],
    parse: reader => ({
      kind: 'cas',
      key: reader.bytes('a key'),
      old: reader.bytes('the old value'),
      new: reader.bytes('the new value'),
    }),
  },
  incr: {
    group: 'KV',
    forms: ['KEY'],
    summary: 'Adds one to a whole number.',
    examples: ['incr counter'],
    parse: reader => ({ kind: 'incr', key: reader.bytes('a key') }),
  },
  scan: {
    group: 'KV',
    forms: ['[PREFIX]'],
    summary: 'Lists the keys that begin with PREFIX.',
    examples: ['scan user:', 'scan'],
    parse: reader => ({ kind: 'scan', prefix: reader.atEnd ? '' : reader.bytes('a prefix') }),
  },
} as const satisfies Record<string, PlainSpec>;

type PlainName = keyof typeof PLAIN_COMMANDS;

const PLAIN_NAMES = Object.keys(PLAIN_COMMANDS) as readonly PlainName[];

/** A KV command with its name. */
const parseKvCommand = (reader: ArgumentReader): KvAction => {
  const name = reader.choice(PLAIN_NAMES, `a KV command: ${PLAIN_NAMES.join(', ')}`);
  const action = PLAIN_COMMANDS[name].parse(reader);
  return action.kind === 'show-matrix' ? reader.failHere('a key') : action;
};

export const KV_COMMANDS = {
  ...PLAIN_COMMANDS,
  via: {
    group: 'KV',
    forms: ['NODE KVCOMMAND'],
    summary: "Runs a KV command at this node's gateway instead of the leader's.",
    examples: ['via 2 put 3 2', 'via leader get 3'],
    parse: reader => {
      const node = readPick(reader);
      return { kind: 'via', node, action: parseKvCommand(reader) };
    },
  },
} as const satisfies Record<string, CommandSpec>;
