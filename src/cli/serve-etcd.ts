/**
 * `raftkv serve --engine etcd`: the gateway alone, in front of an etcd cluster that runs already.
 *
 * @module
 */
import type { Command } from 'commander';
import type { ClusterConfig } from '../config/cluster-config.js';
import { loadUsers } from '../config/users.js';
import { wholeNumber } from './arguments.js';
import { InvalidOperation } from './cli-error.js';
import { type EtcdAccessFlags, etcdAccessOf, withEtcdAccess } from './etcd-flags.js';
import type { EtcdFront } from './etcd-front.js';
import { print, printError } from './terminal.js';

export interface EtcdFlags extends EtcdAccessFlags {
  readonly endpoints?: string;
  readonly port?: number;
}

export const withEtcdOptions = (command: Command): Command =>
  withEtcdAccess(
    command
      .option(
        '--endpoints <list>',
        'with --engine etcd: client addresses of its members, host:port,host:port',
      )
      .option(
        '--port <port>',
        'with --engine etcd: where to listen (default: port_start)',
        wholeNumber(0, 65_535),
      ),
  );

/** Serves until `stopped` settles. */
export const serveEtcd = async (
  config: ClusterConfig,
  flags: EtcdFlags,
  stopped: Promise<NodeJS.Signals>,
): Promise<void> => {
  if (flags.endpoints === undefined)
    throw new InvalidOperation('--engine etcd needs --endpoints host:port,…');
  const etcd = etcdAccessOf(flags.endpoints, flags, process.env);
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

const shown = ({ engine }: EtcdFront): string => {
  const reachable = engine.members.filter(member => member.reachable);
  const [first] = reachable;
  const version = first?.reachable === true ? first.version : '?';
  const endpoints = engine.members.map(({ endpoint }) => endpoint).join(', ');
  return `etcd ${version} at ${endpoints}, ${reachable.length} of ${engine.members.length} members reachable`;
};
