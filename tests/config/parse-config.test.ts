/**
 * What `config.txt` may say, and where its mistakes are reported.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  DEFAULT_CONFIG,
  endpointsOf,
  nodeCountOf,
  nodesOnServer,
  withNodeCount,
} from '../../src/config/cluster-config.js';
import { ConfigError } from '../../src/config/config-error.js';
import { loadConfig, loadMatrix, shippedFile } from '../../src/config/load-config.js';
import { CONFIG_KEYS, parseConfig } from '../../src/config/parse-config.js';

const test = suite('config.txt');

const errorOf = (text: string): ConfigError => {
  try {
    parseConfig(text, 'c.txt');
  } catch (error) {
    assert.instance(error, ConfigError);
    return error as ConfigError;
  }
  throw new Error(`accepted: ${text}`);
};

test('the shipped file describes ten nodes on localhost 5001–5010', () => {
  const { config } = loadConfig({ path: shippedFile('config.txt') });
  assert.equal(
    endpointsOf(config),
    Array.from({ length: 10 }, (_, i) => ({ host: 'localhost', port: 5001 + i })),
  );
  assert.is(config.heartbeatMs, 50);
  assert.is(config.electionTimeoutMinMs, 300);
  assert.is(config.electionTimeoutMaxMs, 600);
});

test('the shipped matrix is ten rows of ten zeros', () => {
  const rows = loadMatrix(shippedFile('matrix'), 10);
  assert.equal(
    rows,
    Array.from({ length: 10 }, () => Array.from({ length: 10 }, () => 0)),
  );
});

test('slow timings and the list form of servers are valid', () => {
  const config = parseConfig(
    [
      'servers: ["a.example", \'b.example\']',
      'num_of_nodes_in_each_aws: 5',
      'port_start: 5001',
      'heartbeat_timeout: 0.5',
      'election_timeout_start: 2',
      'election_timeout_end: 4',
      'rpc_timeout: 0.5',
    ].join('\n'),
  );
  assert.equal(config.servers, ['a.example', 'b.example']);
  assert.is(config.heartbeatMs, 500);
  assert.is(config.electionTimeoutMaxMs, 4000);
  assert.is(nodeCountOf(config), 10);
  assert.equal(nodesOnServer(config, 'b.example'), [5, 6, 7, 8, 9]);
  assert.equal(nodesOnServer(config, 'c.example'), []);
  assert.equal(endpointsOf(config)[6], { host: 'b.example', port: 5002 });
});

test('servers may be separated by commas or spaces', () => {
  assert.equal(parseConfig('servers: a, b  c').servers, ['a', 'b', 'c']);
});

test('keys left out have the defaults, comments and blank lines are skipped, CRLF is fine', () => {
  const config = parseConfig('# a comment\r\n\r\nport_start: 6000 # another\r\n');
  assert.equal(config, { ...DEFAULT_CONFIG, portStart: 6000 });
});

test('every key is read', () => {
  const values: Record<string, string> = {
    servers: 'h',
    num_of_nodes_in_each_aws: '3',
    port_start: '7000',
    heartbeat_timeout: '0.1',
    election_timeout_start: '0.2',
    election_timeout_end: '0.4',
    rpc_timeout: '3',
    max_key_bytes: '10',
    max_value_bytes: '20',
    max_clients: '30',
    snapshot_entries: '40',
    data_limit_mb: '50',
    after_disk_error: 'restart',
    follower_writes: 'redirect',
    reads: 'lease',
    idle_cores: 'awake',
    password_file: 'p',
    users_file: 'u',
    tls_cert: 'c.pem',
    tls_key: 'k.pem',
    tls_ca: 'ca.pem',
    tls_clients: 'certified',
    metrics_port: '9100',
    metrics_host: '0.0.0.0',
    link_port: '9200',
    link_secret_file: 's',
    link_tls_cert: 'lc.pem',
    link_tls_key: 'lk.pem',
    link_tls_ca: 'lca.pem',
  };
  assert.equal(Object.keys(values).sort(), [...CONFIG_KEYS].sort());
  const config = parseConfig(CONFIG_KEYS.map(key => `${key}: ${values[key]}`).join('\n'));
  assert.equal(config, {
    servers: ['h'],
    nodesPerServer: 3,
    portStart: 7000,
    heartbeatMs: 100,
    electionTimeoutMinMs: 200,
    electionTimeoutMaxMs: 400,
    rpcTimeoutMs: 3000,
    maxKeyBytes: 10,
    maxValueBytes: 20,
    maxClients: 30,
    snapshotEntries: 40,
    dataLimitMb: 50,
    afterDiskError: 'restart',
    followerWrites: 'redirect',
    reads: 'lease',
    idleCores: 'awake',
    passwordFile: 'p',
    usersFile: 'u',
    tlsCertFile: 'c.pem',
    tlsKeyFile: 'k.pem',
    tlsCaFile: 'ca.pem',
    tlsClients: 'certified',
    metricsPort: 9100,
    metricsHost: '0.0.0.0',
    linkPort: 9200,
    linkSecretFile: 's',
    linkTlsCertFile: 'lc.pem',
    linkTlsKeyFile: 'lk.pem',
    linkTlsCaFile: 'lca.pem',
  });
});

const ERRORS: readonly (readonly [text: string, message: RegExp])[] = [
  ['', /^c\.txt: expected at least one key$/],
  ['servers: a\nport: 1', /^c\.txt:2: expected one of servers, .*; found port$/],
  ['what is this', /^c\.txt:1: expected «key: value», found what is this$/],
  ['port_start: 0', /^c\.txt:1: port_start: expected a port 1–65535, found 0$/],
  ['port_start: 65536', /^c\.txt:1: port_start: expected a port 1–65535, found 65536$/],
  ['port_start: 5001.5', /expected a port 1–65535, found 5001\.5$/],
  ['port_start:', /expected a port 1–65535, found nothing$/],
  ['\n\nheartbeat_timeout: soon', /^c\.txt:3: heartbeat_timeout: expected a time in seconds/],
  ['heartbeat_timeout: 0', /expected a time in seconds 0\.001–3600, found 0$/],
  ['heartbeat_timeout: -1', /expected a time in seconds 0\.001–3600, found -1$/],
  ['num_of_nodes_in_each_aws: 0', /expected a number of nodes 1–255, found 0$/],
  ['servers: a b a', /^c\.txt:1: servers: expected each server once, found a b a$/],
  ['servers: a/b', /expected host names or addresses, found a\/b$/],
  ['follower_writes: maybe', /expected forward or redirect, found maybe$/],
  ['idle_cores: warm', /expected auto, sleep or awake, found warm$/],
  ['reads: dirty', /expected read-index or lease, found dirty$/],
  ['port_start: 1\nport_start: 2', /^c\.txt:2: expected each key once; .* already on line 1$/],
  [
    'election_timeout_start: 4\nelection_timeout_end: 2\nheartbeat_timeout: 1',
    /^c\.txt:2: expected election_timeout_start ≤ election_timeout_end, found 4 > 2$/,
  ],
  [
    'election_timeout_start: 1\nelection_timeout_end: 2\nheartbeat_timeout: 1',
    /^c\.txt:3: expected heartbeat_timeout < election_timeout_start, found 1 ≥ 1$/,
  ],
  ['servers: a b\nnum_of_nodes_in_each_aws: 200', /^c\.txt:2: expected at most 255 nodes .* 400$/],
  ['port_start: 65534', /^c\.txt:1: expected ports up to 65535, found 65538$/],
];

for (const [text, message] of ERRORS) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    const error = errorOf(text);
    assert.is(error.code, 'bad-config');
    assert.match(error.message, message);
  });
}

test('--nodes replaces the count, spread over the servers', () => {
  const one = parseConfig('servers: a');
  const two = parseConfig('servers: a b');
  assert.is(withNodeCount(one, 3).nodesPerServer, 3);
  assert.is(withNodeCount(two, 6).nodesPerServer, 3);
  assert.throws(() => withNodeCount(two, 5), /5 nodes cannot be spread evenly over 2 servers/);
  assert.throws(() => withNodeCount(one, 0), /expected a number of nodes 1–255, found 0/);
  assert.throws(() => withNodeCount(one, 1.5), /expected a number of nodes/);
  assert.throws(() => withNodeCount({ ...one, portStart: 65_530 }, 9), /go past port 65535/);
});

test('a missing file is an error with its name', () => {
  const load = () => loadConfig({ path: 'nowhere/config.txt' });
  assert.throws(load, /^ConfigError: .*nowhere\/config\.txt: no such file$|no such file$/);
  assert.throws(() => loadConfig({ path: '.' }), /expected a file, found a folder/);
});

test.run();
