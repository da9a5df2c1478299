/** Looking into data directories, and rebuilding damaged nodes from their peers. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { statusOf, withAskedServer } from '../helpers/asked-server.js';
import { eventually, raftkv, type Workspace, workspace } from '../helpers/serve.js';

const PORT = 9400;
const NODES = 3;
const repairs = suite('inspect and repair');

let place: Workspace;

repairs.before.each(() => {
  place = workspace(NODES, PORT);
});
repairs.after.each(() => place.remove());

const cluster = () => ({ place, portStart: PORT, nodes: NODES });

/** Turns a byte in the first log segment's records over. */
function damage(node: number): string {
  const folder = join(place.data, `node-${node}`);
  const name = readdirSync(folder).find(file => file.startsWith('wal-')) ?? '';
  const bytes = readFileSync(join(folder, name));
  bytes[300] = (bytes[300] ?? 0) ^ 0x55;
  writeFileSync(join(folder, name), bytes);
  return name;
}

repairs('a damaged node is explained, takes no part, and is rebuilt from its peers when asked', async () => {
  await withAskedServer(cluster(), async ask => {
    for (let i = 0; i < 50; i += 1) await ask('SET', `key${i}`, `value${i}`);
  });
  const healthy = raftkv('inspect', place.data);
  assert.is(healthy.code, 0, healthy.stdout + healthy.stderr);
  assert.match(healthy.stdout, /node-1: incarnation 0, 1 starts/);
  assert.match(healthy.stdout, /hard state: term \d+, vote .*, commit \d+/);
  assert.is(raftkv('repair', place.data, '1').code, 0);

  const segment = damage(1);
  const broken = raftkv('inspect', place.data, '--json');
  assert.is(broken.code, 1);
  assert.match(
    JSON.parse(broken.stdout).problems[0],
    new RegExp(`node-1: log-damaged: ${segment} at offset`),
  );
  const explained = raftkv('repair', place.data, '1');
  assert.is(explained.code, 1);
  assert.match(explained.stdout, /node 1: refused \(log-damaged\).*offset/);
  assert.match(explained.stdout, /again with --yes/);

  await withAskedServer(cluster(), async (ask, server) => {
    await eventually('word of the faulty node', 5_000, async () =>
      /node 1 takes no part: .*raftkv repair/.test(server.output()) ? true : undefined,
    );
    await ask('SET', 'while', 'down');
    const refused = raftkv('repair', place.data, '1', '--yes');
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /in use by process/);
  });

  const repaired = raftkv('repair', place.data, '1', '--yes');
  assert.is(repaired.code, 0, repaired.stderr);
  assert.match(repaired.stdout, /join again as a new member/);
  await withAskedServer(cluster(), async ask => {
    await eventually('the rebuilt node to hold everything', 15_000, async () => {
      const { nodes, leader } = await statusOf(ask);
      const hashes = new Set(nodes.map(node => `${node.raft?.applied} ${node.stateHash}`));
      return hashes.size === 1 && nodes[leader ?? 0]?.raft?.voters.length === NODES ? true : undefined;
    });
    assert.is(await ask('GET', 'while'), 'down');
    assert.is(await ask('GET', 'key49'), 'value49');
  });
  assert.match(raftkv('inspect', place.data).stdout, /node-1: incarnation 1/);
});

repairs('a repair that could lose acknowledged data is refused', async () => {
  await withAskedServer(cluster(), async ask => void (await ask('SET', 'key', 'value')));
  damage(0);
  damage(2);
  const refused = raftkv('repair', place.data, '0', '--yes');
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /2 other members must be whole.*only 1 are; not whole: 2/);
  assert.ok(existsSync(join(place.data, 'node-0', 'meta')));
  assert.match(raftkv('repair', place.data, '7').stderr, /no member 7/);
});

repairs.run();
