/**
 * The command that lets clients call the store beside the other commands.
 *
 * @module
 */
import type { SessionAction } from './action.js';
import type { ArgumentReader } from './argument-reader.js';
import type { CommandSpec } from './command-spec.js';
import { DEFAULT_CLIENTS, DEFAULT_READ_SHARE, WORKLOAD_WORDS, type WorkloadWord } from './workload.js';

const MAX_CLIENTS = 1_000;
const MAX_RATE = 1_000_000;

const readWorkloads = (reader: ArgumentReader): readonly WorkloadWord[] => {
  const expected = `all, stop, or workloads separated by commas: ${WORKLOAD_WORDS.join(', ')}`;
  const token = reader.next(expected);
  if (token.text === 'all' && !token.quoted) return WORKLOAD_WORDS;
  const chosen: WorkloadWord[] = [];
  let at = token.start;
  for (const part of token.text.split(',')) {
    const word = WORKLOAD_WORDS.find(candidate => candidate === part);
    if (word === undefined || token.quoted) reader.fail(at, expected, part || 'nothing');
    if (chosen.includes(word)) reader.fail(at, 'each workload once', part);
    chosen.push(word);
    at += part.length + 1;
  }
  return chosen;
};

const readWorkload = (reader: ArgumentReader): SessionAction => {
  if (reader.keyword('stop')) return { kind: 'workload-stop' };
  const workloads = readWorkloads(reader);
  let clients: number | null = null;
  let rate: number | null = null;
  let readShare: number | null = null;
  while (!reader.atEnd) {
    if (clients === null && reader.keyword('clients')) {
      clients = reader.integer(1, MAX_CLIENTS, 'a number of clients');
    } else if (rate === null && reader.keyword('rate')) {
      rate = reader.integer(1, MAX_RATE, 'calls a second');
    } else if (readShare === null && reader.keyword('reads')) {
      readShare = reader.probability();
    } else {
      reader.failHere('clients, rate or reads, each once');
    }
  }
  return {
    kind: 'workload',
    settings: {
      workloads,
      clients: clients ?? DEFAULT_CLIENTS,
      rate,
      readShare: readShare ?? DEFAULT_READ_SHARE,
    },
  };
};

export const WORKLOAD_COMMANDS = {
  workload: {
    group: 'session',
    forms: ['WORKLOADS [clients N] [rate N] [reads P]', 'stop'],
    summary: 'Lets clients call the store beside the commands, and records every call; stop ends them.',
    examples: ['workload register', 'workload counter,bank clients 4 rate 500 reads 0.3', 'workload stop'],
    parse: readWorkload,
  },
} as const satisfies Record<string, CommandSpec>;
