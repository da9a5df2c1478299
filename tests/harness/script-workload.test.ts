/**
 * The workload of a script on a real cluster with a password: it is judged while it runs, goes on afterwards, and leaves nothing behind when
 * the cluster stops. That this file ends by itself shows that no thread or port stays.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, startCluster } from '../../src/index.js';

const test = suite('workload of a script');

const PASSWORD = 'of the workload';
let cluster: Cluster;

test.before(async () => {
  process.env.RAFTKV_PASSWORD = PASSWORD;
  cluster = await startCluster({
    nodes: 1,
    users: [
      {
        name: 'default',
        role: 'admin',
        passwordSha256: createHash('sha256').update(PASSWORD).digest('hex'),
      },
    ],
  });
  delete process.env.RAFTKV_PASSWORD;
});

const done = async (line: string): Promise<{ readonly text: string; readonly data?: unknown }> => {
  const result = await cluster.execute(line);
  assert.is(result.kind, 'done', `${line}: ${result.text}`);
  return result;
};

const callsIn = (text: string): number => Number(/^(?:all of )?(\d+)/.exec(text)?.[1]);

test('it is judged while it runs, goes on, and ends with the cluster', async () => {
  const started = await done('workload all clients 3 reads 0.4');
  const { path } = started.data as { readonly path: string };
  assert.ok(existsSync(path));
  const first = await done('expect linearizable');
  assert.ok(callsIn(first.text) > 0, first.text);
  let later = callsIn(first.text);
  // It goes on: more calls every time somebody looks.
  for (let turn = 0; later <= callsIn(first.text) && turn < 100; turn++) {
    await done('wait 50ms');
    later = callsIn((await done('expect linearizable')).text);
  }
  assert.ok(later > callsIn(first.text), `${later} calls`);
  const kept = await done('expect no acknowledged write lost');
  assert.match(kept.text, /^all of \d+ acknowledged calls are there$/);

  // Two at a time follow each other.
  const both = await Promise.all([
    cluster.execute('expect linearizable'),
    cluster.execute('expect no acknowledged write lost'),
  ]);
  assert.equal(
    both.map(({ kind }) => kind),
    ['done', 'done'],
  );
  assert.match((await done('workload stop')).text, /^\d+ calls acknowledged, \d+ refused, \d+ unknown$/);
  await done('workload register rate 100');
  await cluster.stop();
  assert.is(existsSync(dirname(path)), false, 'the history goes with the cluster');
});

test.run();
