/**
 * RAFT BACKUP: a consistent copy of the whole store, fetched in chunks by `raftkv backup`.
 *
 * @module
 */
import { error, isErrorReply, OK, type Reply } from '../../kv/reply.js';
import type { BackupSource } from '../../runtime/backups.js';
import type { Client, GatewayServices } from './gateway-command.js';

const NO_BACKUPS = error('ERR there is nothing to take a backup of behind this gateway');
const USAGE = error('ERR expected RAFT BACKUP BEGIN, READ id offset or END id');

/** `RAFT BACKUP BEGIN | READ id offset | END id`. */
export async function backup(
  client: Client,
  args: readonly string[],
  { backups }: GatewayServices,
): Promise<Reply> {
  if (backups === null) return NO_BACKUPS;
  const [verb = '', id = '', offset = ''] = args;
  try {
    switch (`${verb.toUpperCase()} ${args.length}`) {
      case 'BEGIN 1':
        return await begin(client, backups);
      case 'READ 3':
        return /^\d{1,15}$/.test(offset) ? textOf(backups.read(id, Number(offset))) : USAGE;
      case 'END 2':
        backups.end(id);
        return OK;
      default:
        return USAGE;
    }
  } catch (reason) {
    return error(`ERR ${reason instanceof Error ? reason.message : String(reason)}`);
  }
}

/** Whatever was acknowledged anywhere before this is in it: the read makes sure that this node has applied it. */
async function begin(client: Client, backups: BackupSource): Promise<Reply> {
  const [reached = null] = await client.read([['DBSIZE']], 'linearizable');
  if (isErrorReply(reached)) return reached;
  return JSON.stringify(await backups.begin());
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
