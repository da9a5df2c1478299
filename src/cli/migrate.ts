/**
 * `raftkv migrate FROM TO`: copies all keys of one store to another, whatever stores them.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { Command } from 'commander';
import { InvalidOperation } from './cli-error.js';
import { type EtcdAccessFlags, etcdAccessOf, withEtcdAccess } from './etcd-flags.js';
import { Checkpoint } from './migrate/checkpoint.js';
import { type MigrationResult, migrate } from './migrate/migration.js';
import { openRedis, redisAddressOf } from './migrate/redis-end.js';
import type { StoreEnd } from './migrate/store-end.js';
import { progressLine } from './progress-line.js';
import { print, printJson } from './terminal.js';

interface MigrateFlags extends EtcdAccessFlags {
  readonly checkpoint?: string;
  readonly overwrite?: true;
  readonly json?: true;
}

export const migrateCommand = (): Command =>
  withEtcdAccess(
    new Command('migrate')
      .description(
        'Copy all keys with their types, values and times to live from one store to another, then compare the two.\n' +
          'A store is redis://HOST:PORT (a cluster of this project, by one of its nodes, or Redis 7) or\n' +
          'etcd://HOST:PORT,HOST:PORT[?prefix=TEXT]. Nothing should write to either meanwhile.',
      )
      .argument('<from>', 'store to read; it is not changed')
      .argument('<to>', 'store to fill; it must be empty')
      .option('--overwrite', 'the target may hold keys; those of the same name are replaced')
      .option('--checkpoint <file>', 'where to note how far it is; the same command later goes on there')
      .option('--json', 'print JSON'),
  ).action(run);

const run = async (from: string, to: string, flags: MigrateFlags): Promise<void> => {
  if (from === to) throw new InvalidOperation('FROM and TO are the same store');
  const startedAt = performance.now();
  const progress = progressLine(process.stderr);
  // Both addresses are looked at before anybody is called.
  const [openSource, openTarget] = [opener(from, flags), opener(to, flags)];
  const source = await openSource();
  let target: StoreEnd | null = null;
  try {
    target = await openTarget();
    const checkpoint = new Checkpoint(
      flags.checkpoint ?? defaultFile(source, target),
      source.name,
      target.name,
    );
    const overwrite = flags.overwrite === true;
    const result = await migrate({ from: source, to: target, checkpoint, progress, overwrite });
    progress.end();
    const seconds = (performance.now() - startedAt) / 1000;
    if (flags.json) printJson({ from: source.name, to: target.name, ...result, seconds });
    else print(summary(source, target, result, seconds));
  } finally {
    progress.end();
    source.close();
    target?.close();
  }
};

/** What opens the store at an address. @throws InvalidOperation for a bad one */
const opener = (text: string, flags: EtcdAccessFlags): (() => Promise<StoreEnd>) => {
  if (/^rediss?:\/\//.test(text)) {
    const address = redisAddressOf(text);
    return () => openRedis(address);
  }
  const [, endpoints, prefix] = /^etcd:\/\/([^/?]+)\/?(?:\?prefix=(.*))?$/.exec(text) ?? [];
  if (endpoints === undefined) {
    throw new InvalidOperation(
      `expected redis://HOST:PORT or etcd://HOST:PORT,…[?prefix=TEXT], found ${JSON.stringify(text)}`,
    );
  }
  const etcdPrefix = prefix === undefined ? {} : { etcdPrefix: decodeURIComponent(prefix) };
  const options = etcdAccessOf(endpoints, { ...flags, ...etcdPrefix }, process.env);
  return async () => (await import('./migrate/etcd-end.js')).openEtcd(text, options);
};

/** In the current directory, one for each pair of stores. */
const defaultFile = (from: StoreEnd, to: StoreEnd): string => {
  const pair = createHash('sha256').update(`${from.name}\n${to.name}`).digest('hex').slice(0, 8);
  return `raftkv-migrate-${pair}.json`;
};

const summary = (from: StoreEnd, to: StoreEnd, result: MigrationResult, seconds: number): string => {
  const { keys, byType, resumedAfter, sha256 } = result;
  const types = Object.entries(byType).map(([type, count]) => `${count} ${type}s`);
  const resumed = resumedAfter === 0 ? '' : ` (${resumedAfter} of them by an earlier run)`;
  return (
    `${from.name} → ${to.name}: ${keys} keys${resumed} in ${seconds.toFixed(1)} s: ${types.join(', ').replace('hashs', 'hashes')}\n` +
    `both stores read back and compared: sha256 ${sha256}`
  );
};
