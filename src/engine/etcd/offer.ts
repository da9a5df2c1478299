/**
 * Which commands this engine offers, and how: most by fetching the keys they name; a few walk through the keys by
 * themselves; the rest is refused.
 *
 * @module
 */
import type { BatchRecord, RecordedCommand } from '../../kv/batch-records.js';
import { hasRightArity } from '../../kv/commands/command.js';
import { unknownCommand } from '../../kv/error-replies.js';
import type { KeyRange } from './key-range.js';

/** Commands of the table that cannot be offered, with the reason. */
export const NOT_OFFERED: ReadonlyMap<string, string> = new Map([
  ['randomkey', 'etcd cannot choose a key at random'],
  ['raft.session', 'results are not kept in etcd, so a command cannot be kept from running twice'],
  ['raft.once', 'results are not kept in etcd, so a command cannot be kept from running twice'],
]);

/** Commands about all keys: each is a request of its own, so none of them can be part of a transaction. */
export const KEYSPACE_COMMANDS: ReadonlySet<string> = new Set([
  'dbsize',
  'keys',
  'scan',
  'flushall',
  'flushdb',
]);

export type OfferLimits = { readonly range: KeyRange; readonly maxOperations: number };

/** Why a command is refused, whatever its keys; null: it is not. */
export function refusalOfCommand({ command, args }: RecordedCommand): string | null {
  if (command === undefined) return unknownCommand('?', args).text.replace(/^ERR /, '');
  const why = NOT_OFFERED.get(command.name);
  return why === undefined ? null : `${command.name.toUpperCase()} is not offered on etcd: ${why}`;
}

/** Why a record is refused; null: it is not. */
export function refusalOfRecord(record: BatchRecord, { range, maxOperations }: OfferLimits): string | null {
  if (record.isOnce) return `RAFT.ONCE is not offered on etcd: ${NOT_OFFERED.get('raft.once')}`;
  for (const recorded of record.commands) {
    const refusal = refusalOfCommand(recorded);
    if (refusal !== null) return refusal;
    if (record.isTransaction && isAboutAllKeys(recorded)) {
      return `${recorded.command?.name.toUpperCase()} cannot be part of a transaction on etcd`;
    }
  }
  if (record.keys.length > maxOperations) {
    return `${record.keys.length} keys at once: etcd takes up to ${maxOperations} in a transaction`;
  }
  return record.keys.every(key => range.canHold(key))
    ? null
    : 'etcd has no empty key; give the store a prefix';
}

/** With a wrong number of arguments it is about nothing, and answered like any other. */
export function isAboutAllKeys({ command, args }: RecordedCommand): boolean {
  return command !== undefined && KEYSPACE_COMMANDS.has(command.name) && hasRightArity(command, args.length);
}
