/**
 * `config.txt`: one `key: value` a line, times in seconds, `#` starts a comment.
 *
 * The keys and defaults are those of the file format this project inherited; the limits are additions. What a file
 * says is taken whole or not at all.
 *
 * @module
 */
import { type ClusterConfig, DEFAULT_CONFIG, MAX_CONFIG_NODES } from './cluster-config.js';
import { ConfigError } from './config-error.js';

/** A value reader returns the field, or says what it expected instead. */
type Reader<T> = (text: string) => T | Expected;

class Expected {
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}

interface KeySpec<F extends keyof ClusterConfig = keyof ClusterConfig> {
  readonly field: F;
  readonly read: Reader<ClusterConfig[F]>;
}

const integer =
  (least: number, most: number, what: string): Reader<number> =>
  text => {
    const value = Number(text);
    const fits = /^\d+$/.test(text) && value >= least && value <= most;
    return fits ? value : new Expected(`${what} ${least}–${most}`);
  };

/** Seconds in the file, milliseconds inside; finer than a millisecond is of no use to a timer. */
const seconds: Reader<number> = text => {
  const value = Math.round(Number(text) * 1000);
  const fits = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && value >= 1 && value <= 3_600_000;
  return fits ? value : new Expected('a time in seconds 0.001–3600');
};

/** `a, b`, `a b` or the older `['a', "b"]`. */
const servers: Reader<readonly string[]> = text => {
  const list = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  const names = list
    .split(/[\s,]+/)
    .filter(name => name !== '')
    .map(name => /^(["'])(.*)\1$/.exec(name)?.[2] ?? name);
  const wrong = names.find(name => !/^[\w.:-]+$/.test(name));
  if (wrong !== undefined) return new Expected('host names or addresses');
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return new Expected('each server once');
  return names.length === 0 ? DEFAULT_CONFIG.servers : names;
};

const followerWrites: Reader<ClusterConfig['followerWrites']> = text =>
  text === 'forward' || text === 'redirect' ? text : new Expected('forward or redirect');

const reads: Reader<ClusterConfig['reads']> = text =>
  text === 'read-index' || text === 'lease' ? text : new Expected('read-index or lease');

const idleCores: Reader<ClusterConfig['idleCores']> = text =>
  text === 'auto' || text === 'sleep' || text === 'awake' ? text : new Expected('auto, sleep or awake');

const afterDiskError: Reader<ClusterConfig['afterDiskError']> = text =>
  text === 'stay-down' || text === 'restart' ? text : new Expected('stay-down or restart');

const tlsClients: Reader<ClusterConfig['tlsClients']> = text =>
  text === 'any' || text === 'certified' ? text : new Expected('any or certified');

const file: Reader<string> = text => (text === '' ? new Expected('the name of a file') : text);

const host: Reader<string> = text =>
  /^[\w.:-]+$/.test(text) ? text : new Expected('a host name or address');

const spec = <F extends keyof ClusterConfig>(field: F, read: Reader<ClusterConfig[F]>): KeySpec<F> => ({
  field,
  read,
});

const KEYS = {
  servers: spec('servers', servers),
  num_of_nodes_in_each_aws: spec('nodesPerServer', integer(1, MAX_CONFIG_NODES, 'a number of nodes')),
  port_start: spec('portStart', integer(1, 65_535, 'a port')),
  heartbeat_timeout: spec('heartbeatMs', seconds),
  election_timeout_start: spec('electionTimeoutMinMs', seconds),
  election_timeout_end: spec('electionTimeoutMaxMs', seconds),
  rpc_timeout: spec('rpcTimeoutMs', seconds),
  max_key_bytes: spec('maxKeyBytes', integer(1, 1_048_576, 'a number of bytes')),
  max_value_bytes: spec('maxValueBytes', integer(1, 67_108_864, 'a number of bytes')),
  max_clients: spec('maxClients', integer(1, 1_000_000, 'a number of connections')),
  snapshot_entries: spec('snapshotEntries', integer(10, 100_000_000, 'a number of entries')),
  data_limit_mb: spec('dataLimitMb', integer(0, 1_000_000, 'a number of MiB')),
  after_disk_error: spec('afterDiskError', afterDiskError),
  follower_writes: spec('followerWrites', followerWrites),
  reads: spec('reads', reads),
  idle_cores: spec('idleCores', idleCores),
  password_file: spec('passwordFile', file),
  users_file: spec('usersFile', file),
  tls_cert: spec('tlsCertFile', file),
  tls_key: spec('tlsKeyFile', file),
  tls_ca: spec('tlsCaFile', file),
  tls_clients: spec('tlsClients', tlsClients),
  metrics_host: spec('metricsHost', host),
  metrics_port: spec('metricsPort', integer(1, 65_535, 'a port')),
  link_port: spec('linkPort', integer(1, 65_535, 'a port')),
  link_secret_file: spec('linkSecretFile', file),
  link_tls_cert: spec('linkTlsCertFile', file),
  link_tls_key: spec('linkTlsKeyFile', file),
  link_tls_ca: spec('linkTlsCaFile', file),
} as const satisfies Record<string, { field: keyof ClusterConfig; read: Reader<unknown> }>;

export type ConfigKey = keyof typeof KEYS;
export const CONFIG_KEYS = Object.keys(KEYS) as readonly ConfigKey[];

const isKey = (key: string): key is ConfigKey => Object.hasOwn(KEYS, key);

interface Line {
  readonly key: ConfigKey;
  readonly value: string;
}

/** Null for blank lines and comments. A `#` inside a value starts a comment only after a space. */
const splitLine = (text: string, file: string, line: number): Line | null => {
  const content = text.replace(/(^|\s)#.*$/, '').trim();
  if (content === '') return null;
  const match = /^([^:\s]+)\s*:(?:\s+(.*)|)$/.exec(content);
  const key = match?.[1];
  if (key === undefined) {
    throw new ConfigError('bad-config', file, line, `expected «key: value», found ${content}`);
  }
  if (!isKey(key)) {
    const known = CONFIG_KEYS.join(', ');
    throw new ConfigError('bad-config', file, line, `expected one of ${known}; found ${key}`);
  }
  return { key, value: match?.[2] ?? '' };
};

/**
 * Reads the text of a config file.
 *
 * @param file - its name, for error messages
 * @param base - what holds for keys the text leaves out
 * @throws ConfigError with the line and what was expected
 */
export const parseConfig = (
  text: string,
  file = 'config.txt',
  base: ClusterConfig = DEFAULT_CONFIG,
): ClusterConfig => {
  const fields: Partial<Record<keyof ClusterConfig, unknown>> = {};
  const lines = new Map<ConfigKey, number>();
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = splitLine(raw, file, index + 1);
    if (line === null) continue;
    const before = lines.get(line.key);
    if (before !== undefined) {
      const problem = `expected each key once; ${line.key} is already on line ${before}`;
      throw new ConfigError('bad-config', file, index + 1, problem);
    }
    const { field, read } = KEYS[line.key];
    const value = read(line.value);
    if (value instanceof Expected) {
      const problem = `${line.key}: expected ${value.what}, found ${line.value || 'nothing'}`;
      throw new ConfigError('bad-config', file, index + 1, problem);
    }
    fields[field] = value;
    lines.set(line.key, index + 1);
  }
  if (lines.size === 0) throw new ConfigError('bad-config', file, 0, 'expected at least one key');
  const config = { ...base, ...fields } as ClusterConfig;
  checkTogether(config, file, lines);
  return config;
};

/** What no key is wrong about by itself; blamed on the last of the lines that take part. */
const checkTogether = (config: ClusterConfig, file: string, lines: ReadonlyMap<ConfigKey, number>): void => {
  const fail = (keys: readonly ConfigKey[], problem: string): never => {
    const line = Math.max(...keys.map(key => lines.get(key) ?? 0));
    throw new ConfigError('bad-config', file, line, problem);
  };
  const { heartbeatMs, electionTimeoutMinMs: min, electionTimeoutMaxMs: max } = config;
  if (min > max) {
    fail(
      ['election_timeout_start', 'election_timeout_end'],
      `expected election_timeout_start ≤ election_timeout_end, found ${min / 1000} > ${max / 1000}`,
    );
  }
  if (heartbeatMs >= min) {
    fail(
      ['heartbeat_timeout', 'election_timeout_start'],
      `expected heartbeat_timeout < election_timeout_start, found ${heartbeatMs / 1000} ≥ ${min / 1000}`,
    );
  }
  if ((config.tlsCertFile === '') !== (config.tlsKeyFile === '')) {
    fail(['tls_cert', 'tls_key'], 'expected tls_cert and tls_key together, found one of them');
  }
  if (config.tlsClients === 'certified' && (config.tlsCertFile === '' || config.tlsCaFile === '')) {
    fail(['tls_clients'], 'tls_clients: certified: expected tls_cert, tls_key and tls_ca as well');
  }
  const linkTls = [config.linkTlsCertFile, config.linkTlsKeyFile, config.linkTlsCaFile];
  if (linkTls.includes('') && linkTls.some(name => name !== '')) {
    const keys = ['link_tls_cert', 'link_tls_key', 'link_tls_ca'] as const;
    fail(keys, 'expected link_tls_cert, link_tls_key and link_tls_ca together, found some of them');
  }
  const nodes = config.servers.length * config.nodesPerServer;
  if (nodes > MAX_CONFIG_NODES) {
    fail(
      ['servers', 'num_of_nodes_in_each_aws'],
      `expected at most ${MAX_CONFIG_NODES} nodes in all, found ${nodes}`,
    );
  }
  const lastPort = config.portStart + config.nodesPerServer - 1;
  if (lastPort > 65_535) {
    fail(['port_start', 'num_of_nodes_in_each_aws'], `expected ports up to 65535, found ${lastPort}`);
  }
};
