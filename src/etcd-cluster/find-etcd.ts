/**
 * Is there an `etcd` to run?
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { EtcdClusterError } from './etcd-cluster-error.js';

const LIMIT_MS = 10_000;

/** Its version, for example `3.4.23`. @throws EtcdClusterError `no-etcd` */
export function etcdVersion(): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('etcd', ['--version'], { timeout: LIMIT_MS, env: etcdEnvironment() }, (error, stdout) => {
      const version = /etcd Version: (\S+)/.exec(stdout)?.[1];
      if (error === null && version !== undefined) resolve(version);
      else reject(new EtcdClusterError('no-etcd', missing(error)));
    });
  });
}

/** Does this version know `--unsafe-no-fsync`? */
export function canSkipSync(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major > 3 || (major === 3 && (minor > 4 || (minor === 4 && patch >= 23)));
}

const missing = (error: Error | null): string => {
  const isAbsent = error !== null && 'code' in error && error.code === 'ENOENT';
  const why = isAbsent ? 'there is no program etcd on this machine' : 'the program etcd cannot be run';
  return `${why}: install it (Debian: apt-get install etcd-server) and try again`;
};

/** Nothing of ours: etcd takes options from variables, and Go's HTTP client its proxies. */
export function etcdEnvironment(proxy?: string): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  const proxies = proxy === undefined ? {} : { HTTP_PROXY: proxy, http_proxy: proxy };
  return {
    ...(PATH === undefined ? {} : { PATH }),
    ...(HOME === undefined ? {} : { HOME }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    ...proxies,
  };
}
