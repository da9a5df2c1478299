/**
 * `raftkv backup FILE`: a consistent copy of a running cluster's data.
 *
 * @module
 */
import { Command } from 'commander';
import { type ClientConnection, ClientError, connect, type NodeAddress, plain } from '../client/index.js';
import type { ClientAccess } from '../config/client-access.js';
import { endpointsOf } from '../config/cluster-config.js';
import { BackupFileWriter } from '../runtime/backup-file.js';
import type { BackupOffer } from '../runtime/backups.js';
import { checksum } from '../storage/checksum.js';
import { type AccessFlags, accessOf, withAccessOptions } from './access-options.js';
import { configOf } from './arguments.js';
import { InvalidOperation, OperationFailed } from './cli-error.js';
import { print, printJson } from './terminal.js';

interface BackupFlags extends AccessFlags {
  readonly connect?: string;
  readonly config?: string;
  readonly json?: true;
}

const CONNECT_TIMEOUT_MS = 2_000;
/** Making the snapshot of a large store takes a while. */
const ANSWER_TIMEOUT_MS = 120_000;

export const backupCommand = (): Command =>
  withAccessOptions(
    new Command('backup')
      .description("Store a consistent copy of a running cluster's data in a file.")
      .argument('<file>', 'file to write; it must not exist')
      .option('--connect <host:port>', 'node to take it from')
      .option(
        '--config <file>',
        'config file of the cluster (default: ./config.txt): the first node that answers',
      ),
  )
    .option('--json', 'print JSON')
    .addHelpText('after', '\nWhere a cluster has users, a backup is for its admins.')
    .action(run);

const run = async (file: string, flags: BackupFlags): Promise<void> => {
  if (flags.connect !== undefined && flags.config !== undefined) {
    throw new InvalidOperation('--connect and --config cannot both be given');
  }
  const config = flags.connect === undefined ? configOf(flags.config).config : null;
  const nodes = config === null ? [addressOf(flags.connect ?? '')] : endpointsOf(config);
  const connection = await firstReachable(nodes, accessOf(flags, config));
  try {
    const offer = await fetchBackup(connection, file);
    const { index, term, bytes, clusterId } = offer;
    if (flags.json) printJson({ file, clusterId, index, term, stateBytes: bytes });
    else print(`${file}: everything up to entry ${index} (term ${term}), ${bytes} bytes of state`);
  } catch (error) {
    if (error instanceof ClientError) throw new OperationFailed(error.message.replace(/^ERR /, ''));
    throw error;
  } finally {
    connection.close();
  }
};

const fetchBackup = async (connection: ClientConnection, file: string): Promise<BackupOffer> => {
  const offer = JSON.parse(await textOf(connection, 'BEGIN')) as BackupOffer;
  const { id, clusterId, index, term, nodes, bytes } = offer;
  const description = { clusterId, index, term, nodes, stateBytes: bytes, takenAtMs: Date.now() };
  const writer = new BackupFileWriter(file, description);
  try {
    let sum = 0;
    for (let offset = 0; offset < bytes; ) {
      const chunk = Buffer.from(await textOf(connection, 'READ', id, String(offset)), 'latin1');
      if (chunk.length === 0) throw new OperationFailed(`the backup ended after ${offset} of ${bytes} bytes`);
      sum = checksum(chunk, sum);
      writer.write(chunk);
      offset += chunk.length;
    }
    if (sum !== offer.checksum) throw new OperationFailed('the backup changed on its way: checksums differ');
    writer.finish();
  } catch (error) {
    writer.abort();
    throw error;
  }
  await textOf(connection, 'END', id);
  return offer;
};

const textOf = async (connection: ClientConnection, ...words: readonly string[]): Promise<string> =>
  String(plain(await connection.command(['RAFT', 'BACKUP', ...words])));

const addressOf = (text: string): NodeAddress => {
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535) {
    throw new InvalidOperation(`--connect: expected HOST:PORT, found ${text}`);
  }
  return { host, port: Number(port) };
};

const firstReachable = async (
  nodes: readonly NodeAddress[],
  access: ClientAccess,
): Promise<ClientConnection> => {
  let first: unknown;
  for (const node of nodes) {
    try {
      const probe = await connect({ ...access, ...node, timeoutMs: CONNECT_TIMEOUT_MS });
      probe.close();
      return await connect({ ...access, ...node, timeoutMs: ANSWER_TIMEOUT_MS, encoding: 'latin1' });
    } catch (error) {
      first ??= error;
    }
  }
  throw new OperationFailed(first instanceof Error ? first.message : 'the config names no node');
};
