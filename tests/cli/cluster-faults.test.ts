/**
 * Faults by the command line: killed nodes, no quorum, the end of the program.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClusterStatus } from '../../src/runtime/status.js';
import { eventually, type Server, startServer, workspace } from '../helpers/serve.js';
import { runner } from './runner.js';

const test = suite('raftkv with a broken cluster');

const PORT = 7970;
const space = workspace(5, PORT);
const { config } = space;
const { good, bad } = runner(config);
let server: Server;

test.before(async () => {
  server = await startServer([config, '--data', space.data]);
  good('client', 'put', '3', '2');
});

test.after(async () => {
  await server.end('SIGKILL');
  space.remove();
});

const status = (): ClusterStatus => JSON.parse(good('status', '--json')) as ClusterStatus;

test('kill, its dead port, kill again, revive', async () => {
  good('chaos', 'kill', '1');
  assert.is(status().nodes[1]?.state, 'down');
  const address = ['localhost', String(PORT + 1)] as const;
  assert.match(
    bad('client', 'debug', 'all', ...address),
    /^raftkv: cannot connect to localhost:7971: connection refused$/,
  );
  assert.is(bad('chaos', 'kill', '1'), 'raftkv: cannot kill node 1: it is down');
  assert.match(good('chaos', 'try', 'kill', '1'), /^tried: cannot kill node 1/);
  good('chaos', 'revive', '1');
  await eventually('node 1 is up', 5000, async () => status().nodes[1]?.state === 'up' || undefined);
});

test('partition, no quorum, heal', () => {
  assert.match(good('client', 'partition', '4'), /^partitioned: /);
  good('chaos', 'heal');
  good('chaos', 'matrix', '0 1 1 1 1; 1 0 1 1 1; 1 1 0 1 1; 1 1 1 0 1; 1 1 1 1 0');
  good('chaos', 'wait', 'until', 'no', 'leader', 'within', '5s');
  assert.match(bad('client', 'put', 'a', '1'), /^raftkv: .*(leader|quorum|outcome unknown)/);
  assert.match(bad('chaos', 'kill', 'leader'), /^raftkv: there is no leader$/);
  good('chaos', 'heal');
  good('chaos', 'expect', 'available', 'within', '5s');
  good('chaos', 'expect converged within 5s');
});

test('a failed expectation says what was seen instead, exit 1', () => {
  assert.is(bad('chaos', 'expect value of 3 is 7'), 'raftkv: expected value of 3 is 7; seen: 3 is 2');
});

test('SIGTERM ends it cleanly, and what was written is there the next time', async () => {
  assert.is(await server.end('SIGTERM'), 0);
  assert.match(server.output(), /SIGTERM: stopping/);
  server = await startServer([config, '--data', space.data]);
  assert.is(good('client', 'get', '3'), '2');
});

test.run();
