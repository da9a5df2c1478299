/**
 * `raftkv serve --engine etcd`: the gateway alone, in front of an etcd cluster that runs already.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { ClusterConfig } from '../config/cluster-config.js';
import { loadUsers, readPassword } from '../config/users.js';
import { DEFAULT_PREFIX, type EtcdOptions, type EtcdTls } from '../engine/etcd/options.js';
import { wholeNumber } from './arguments.js';
import { InvalidOperation, OperationFailed } from './cli-error.js';
import type { EtcdFront } from './etcd-front.js';
import { print, printError } from './terminal.js';

export interface EtcdFlags {
  readonly endpoints?: string;
  readonly port?: number;
  readonly etcdPrefix?: string;
  readonly etcdUser?: string;
  readonly etcdTls?: true;
  readonly etcdCa?: string;
  readonly etcdCert?: string;
  readonly etcdKey?: string;
  readonly etcdMaxOperations?: number;
}

export const withEtcdOptions = (command: Command): Command =>
  command
    .option('--endpoints <list>', 'with --engine etcd: client addresses of its members, host:port,host:port')
    .option(
      '--port <port>',
      'with --engine etcd: where to listen (default: port_start)',
      wholeNumber(0, 65_535),
    )
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

/** Serves until `stopped` settles. */
export const serveEtcd = async (
  config: ClusterConfig,
  flags: EtcdFlags,
  stopped: Promise<NodeJS.Signals>,
): Promise<void> => {
  const etcd = etcdOptionsOf(flags, process.env);
  const { openEtcdFront } = await import('./etcd-front.js');
  const [host = 'localhost'] = config.servers;
  const port = flags.port ?? config.portStart;
  const front = await openEtcdFront({ etcd, host, port, config, users: loadUsers(config, process.env) });
  try {
    print(`ready: gateway at ${host}:${front.port} in front of ${shown(front)}`);
    printError(`${await stopped}: stopping`);
  } finally {
    await front.close();
  }
};

/** @throws InvalidOperation for bad flags */
export const etcdOptionsOf = (flags: EtcdFlags, environment: NodeJS.ProcessEnv): EtcdOptions => {
  if (flags.endpoints === undefined)
    throw new InvalidOperation('--engine etcd needs --endpoints host:port,…');
  const tls = tlsOf(flags);
  return {
    endpoints: endpointsOf(flags.endpoints),
    ...(flags.etcdPrefix === undefined ? {} : { prefix: Buffer.from(flags.etcdPrefix).toString('latin1') }),
    ...(flags.etcdUser === undefined ? {} : { username: flags.etcdUser, password: passwordOf(environment) }),
    ...(tls === null ? {} : { tls }),
    ...(flags.etcdMaxOperations === undefined ? {} : { maxOperations: flags.etcdMaxOperations }),
  };
};

/** `host:port,host:port`. @throws InvalidOperation */
export const endpointsOf = (text: string): readonly string[] => {
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

const tlsOf = ({ etcdTls, etcdCa, etcdCert, etcdKey }: EtcdFlags): EtcdTls | null => {
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

const shown = ({ engine }: EtcdFront): string => {
  const reachable = engine.members.filter(member => member.reachable);
  const [first] = reachable;
  const version = first?.reachable === true ? first.version : '?';
  const endpoints = engine.members.map(({ endpoint }) => endpoint).join(', ');
  return `etcd ${version} at ${endpoints}, ${reachable.length} of ${engine.members.length} members reachable`;
};
