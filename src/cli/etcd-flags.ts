/**
 * How a command of this program reaches an etcd cluster.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { readPassword } from '../config/users.js';
import { DEFAULT_PREFIX, type EtcdOptions, type EtcdTls } from '../engine/etcd/options.js';
import { wholeNumber } from './arguments.js';
import { InvalidOperation, OperationFailed } from './cli-error.js';

export interface EtcdAccessFlags {
  readonly etcdPrefix?: string;
  readonly etcdUser?: string;
  readonly etcdTls?: true;
  readonly etcdCa?: string;
  readonly etcdCert?: string;
  readonly etcdKey?: string;
  readonly etcdMaxOperations?: number;
}

export const withEtcdAccess = (command: Command): Command =>
  command
    .option('--etcd-prefix <text>', `what every key begins with in etcd (default: ${DEFAULT_PREFIX})`)
    .option(
      '--etcd-user <name>',
      'user at etcd; password in RAFTKV_ETCD_PASSWORD or RAFTKV_ETCD_PASSWORD_FILE',
    )
    .option('--etcd-tls', 'encrypt the connections to etcd')
    .option('--etcd-ca <file>', 'who signed the certificates of etcd')
    .option('--etcd-cert <file>', 'certificate for etcd to know us by, with --etcd-key')
    .option('--etcd-key <file>', 'its key')
    .option('--etcd-max-operations <count>', "etcd's --max-txn-ops, 128 there", wholeNumber(1, 100_000));

/**
 * @param endpoints `host:port,host:port`
 * @throws InvalidOperation for bad flags, OperationFailed for a file that cannot be read
 */
export const etcdAccessOf = (
  endpoints: string,
  flags: EtcdAccessFlags,
  environment: NodeJS.ProcessEnv,
): EtcdOptions => {
  const tls = tlsOf(flags);
  return {
    endpoints: endpointsOf(endpoints),
    ...(flags.etcdPrefix === undefined ? {} : { prefix: Buffer.from(flags.etcdPrefix).toString('latin1') }),
    ...(flags.etcdUser === undefined ? {} : { username: flags.etcdUser, password: passwordOf(environment) }),
    ...(tls === null ? {} : { tls }),
    ...(flags.etcdMaxOperations === undefined ? {} : { maxOperations: flags.etcdMaxOperations }),
  };
};

/** `host:port,host:port`. @throws InvalidOperation */
const endpointsOf = (text: string): readonly string[] => {
  const endpoints = text.split(',').map(part => part.trim().replace(/^https?:\/\//, ''));
  for (const endpoint of endpoints) {
    const port = Number(/^[^\s/]+:(\d{1,5})$/.exec(endpoint)?.[1]);
    if (!(port >= 1 && port <= 65_535)) {
      throw new InvalidOperation(`endpoints of etcd: expected HOST:PORT, found ${JSON.stringify(endpoint)}`);
    }
  }
  return endpoints;
};

const passwordOf = (environment: NodeJS.ProcessEnv): string => {
  const password =
    environment.RAFTKV_ETCD_PASSWORD || readPassword(environment.RAFTKV_ETCD_PASSWORD_FILE ?? '');
  if (password !== null) return password;
  throw new InvalidOperation(
    '--etcd-user needs a password in RAFTKV_ETCD_PASSWORD or RAFTKV_ETCD_PASSWORD_FILE',
  );
};

const tlsOf = ({ etcdTls, etcdCa, etcdCert, etcdKey }: EtcdAccessFlags): EtcdTls | null => {
  if ((etcdCert === undefined) !== (etcdKey === undefined)) {
    throw new InvalidOperation('--etcd-cert and --etcd-key go together');
  }
  if (etcdTls === undefined && etcdCa === undefined && etcdCert === undefined) return null;
  return {
    ...(etcdCa === undefined ? {} : { ca: readPem(etcdCa) }),
    ...(etcdCert === undefined ? {} : { cert: readPem(etcdCert) }),
    ...(etcdKey === undefined ? {} : { key: readPem(etcdKey) }),
  };
};

const readPem = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new OperationFailed(error instanceof Error ? error.message : String(error));
  }
};
