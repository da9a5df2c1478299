/**
 * Metrics and health of a real cluster, as Prometheus and a load balancer ask for them.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from '../../src/client/index.js';
import { type Cluster, startCluster } from '../../src/index.js';
import { type MetricsServer, startMetricsServer } from '../../src/metrics/metrics-server.js';
import { eventually } from '../helpers/serve.js';

const test = suite('metrics');
let cluster: Cluster;
let server: MetricsServer;

test.before(async () => {
  cluster = await startCluster({ nodes: 3, seed: 3 });
  server = await startMetricsServer({ host: '127.0.0.1', port: 0, status: () => cluster.status() });
});
test.after(async () => {
  await server.close();
  await cluster.stop();
});

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${server.port}${path}`, init);

/** Value of one sample; undefined: there is none. */
function sample(text: string, name: string): number | undefined {
  const line = text.split('\n').find(each => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

test('samples follow what the cluster does', async () => {
  const leader = await cluster.waitForLeader();
  const { nodes } = await cluster.status();
  const address = nodes[leader];
  assert.ok(address);
  const client = await connect({ host: address.host, port: address.port, timeoutMs: 5000 });
  for (let at = 0; at < 10; at++) await client.command(['SET', `k${at}`, 'v']);
  await client.execute(['AUTH', 'nobody', 'x']);
  const writes = `raftkv_writes_total{node="${leader}"}`;
  const text = await eventually('ten writes', 5000, async () => {
    const response = await ask('/metrics');
    assert.is(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    const body = await response.text();
    return sample(body, writes) === 10 ? body : undefined;
  });
  assert.is(sample(text, 'raftkv_has_leader'), 1);
  assert.is(sample(text, 'raftkv_quorum_nodes'), 2);
  assert.is(sample(text, `raftkv_node_is_leader{node="${leader}"}`), 1);
  assert.is(sample(text, `raftkv_gateway_auth_failures_total{node="${leader}"}`), 1);
  assert.is(sample(text, `raftkv_store_keys{node="${leader}"}`), 10);
  for (let node = 0; node < 3; node++) assert.is(sample(text, `raftkv_node_up{node="${node}"}`), 1);
  const sent = sample(text, `raftkv_link_sent_messages_total{from="${leader}",to="${(leader + 1) % 3}"}`);
  assert.ok(sent !== undefined && sent > 0);
  client.close();
});

test('every sample has a help and a type, and none is not a number', async () => {
  const lines = (await (await ask('/metrics')).text()).split('\n').filter(line => line !== '');
  const typed = new Set(lines.flatMap(line => /^# TYPE (\S+) (?:gauge|counter)$/.exec(line)?.[1] ?? []));
  const helped = new Set(lines.flatMap(line => /^# HELP (\S+) \S/.exec(line)?.[1] ?? []));
  for (const line of lines.filter(each => !each.startsWith('#'))) {
    const [, name = '', value = ''] = /^(\w+)(?:\{[^}]*\})? (\S+)$/.exec(line) ?? [];
    assert.ok(typed.has(name) && helped.has(name), line);
    assert.ok(Number.isFinite(Number(value)), line);
  }
  assert.ok(typed.size > 30);
});

test('health is 200 while there is a leader and 503 while there is none', async () => {
  const healthy = await ask('/health');
  assert.is(healthy.status, 200);
  const told = (await healthy.json()) as { status: string; leader: number; nodesUp: number };
  assert.is(told.status, 'ok');
  assert.is(told.nodesUp, 3);
  await cluster.kill(0);
  await cluster.kill(1);
  await eventually('unhealthy', 5000, async () => ((await ask('/health')).status === 503 ? true : undefined));
  const text = await (await ask('/metrics')).text();
  assert.is(sample(text, 'raftkv_has_leader'), 0);
  assert.is(sample(text, 'raftkv_node_up{node="0"}'), 0);
  await cluster.revive(0);
  await cluster.revive(1);
  await cluster.waitForLeader();
  assert.is((await ask('/health')).status, 200);
});

test('other paths and methods are refused; HEAD has no body', async () => {
  assert.is((await ask('/')).status, 404);
  assert.is((await ask('/metrics', { method: 'POST', body: 'x' })).status, 405);
  const head = await ask('/health', { method: 'HEAD' });
  assert.is(head.status, 200);
  assert.is(await head.text(), '');
});

test('a port in use is an error with its code', async () => {
  const again = startMetricsServer({ host: '127.0.0.1', port: server.port, status: () => cluster.status() });
  const error = await again.catch((reason: unknown) => reason);
  assert.ok(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE');
});

test.run();
