/**
 * Makes sure that a directory holds this kind of cluster, of this size, or nothing.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EtcdClusterError } from './etcd-cluster-error.js';

const STAMP = 'etcd-cluster.json';
/** A lock is there before the directory is looked at. */
const NOT_DATA = /^lock/;

/** @throws EtcdClusterError `wrong-directory` */
export function claimDirectory(directory: string, members: number): void {
  mkdirSync(directory, { recursive: true });
  const stamp = join(directory, STAMP);
  if (!existsSync(stamp)) {
    const others = readdirSync(directory).filter(name => !NOT_DATA.test(name));
    if (others.length > 0) {
      const text = `${directory} holds something else (${others[0]}): choose another directory for etcd's data`;
      throw new EtcdClusterError('wrong-directory', text);
    }
    writeFileSync(stamp, `${JSON.stringify({ members })}\n`);
    return;
  }
  const found = JSON.parse(readFileSync(stamp, 'utf8')) as { readonly members?: number };
  if (found.members === members) return;
  const text = `${directory} holds an etcd of ${found.members} members, not ${members}`;
  throw new EtcdClusterError('wrong-directory', text);
}
