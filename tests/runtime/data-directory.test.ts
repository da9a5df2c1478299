/**
 * A data directory belongs to one cluster and one process, and remembers who lost its data.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import { DataDirectory } from '../../src/runtime/data-directory.js';
import { DirectoryLock } from '../../src/runtime/directory-lock.js';

const directory = suite('data directory');
let path = '';

directory.before.each(() => {
  path = mkdtempSync(join(tmpdir(), 'raftkv-'));
});
directory.after.each(() => rmSync(path, { recursive: true, force: true }));

/** Stamps the node's directory as its storage would. */
const use = (opened: DataDirectory, node: number): void => {
  writeFileSync(join(opened.nodeDirectory(node), 'meta'), 'x');
  opened.markStarted(node);
};

directory('keeps its cluster id and its nodes', () => {
  const created = DataDirectory.open(path, 3);
  assert.deepEqual(readdirSync(path).sort(), ['cluster.json', 'node-0', 'node-1', 'node-2']);
  const opened = DataDirectory.open(path, 3);
  assert.equal(opened.clusterId, created.clusterId);
  assert.deepEqual(opened.nodes, created.nodes);
});

directory('refuses another number of founding nodes', () => {
  DataDirectory.open(path, 3);
  assert.throws(() => DataDirectory.open(path, 5), { code: 'wrong-size', message: /3 nodes, not 5/ });
});

directory('refuses a damaged cluster file instead of starting afresh', () => {
  DataDirectory.open(path, 3);
  writeFileSync(join(path, 'cluster.json'), '{"format":1,');
  assert.throws(() => DataDirectory.open(path, 3), { code: 'cluster-file-damaged' });
});

directory('a node whose directory was lost comes back under the next incarnation', () => {
  const created = DataDirectory.open(path, 3);
  use(created, 0);
  use(created, 1);
  rmSync(created.nodeDirectory(1), { recursive: true });
  const [first, second, third] = DataDirectory.open(path, 3).nodes;
  assert.equal(first?.incarnation, 0);
  assert.deepEqual(second, {
    node: 1,
    incarnation: 1,
    hasStarted: false,
    isRemoved: false,
  });
  assert.equal(third?.incarnation, 0, 'a node that never started has lost nothing');
});

directory('an emptied directory counts as lost too', () => {
  const created = DataDirectory.open(path, 3);
  use(created, 0);
  rmSync(join(created.nodeDirectory(0), 'meta'));
  assert.equal(DataDirectory.open(path, 3).nodes[0]?.incarnation, 1);
});

directory('when half of the nodes lost their data nothing is begun anew', () => {
  const created = DataDirectory.open(path, 4);
  for (const node of [0, 1, 2, 3]) use(created, node);
  const before = readFileSync(join(path, 'cluster.json'), 'utf8');
  for (const node of [1, 3]) rmSync(created.nodeDirectory(node), { recursive: true });
  assert.throws(() => DataDirectory.open(path, 4), { code: 'majority-lost', message: /node-1, node-3/ });
  assert.equal(readFileSync(join(path, 'cluster.json'), 'utf8'), before);
});

directory('a removed node that is added again is another member, its old data set aside', () => {
  const created = DataDirectory.open(path, 2);
  created.addNode(2);
  use(created, 2);
  created.removeNode(2);
  assert.equal(created.addNode(2).incarnation, 1);
  assert.deepEqual(readdirSync(created.nodeDirectory(2)), []);
  assert.ok(readdirSync(path).some(name => name.startsWith('node-2.removed-')));
});

directory('the lock names the process that holds it', () => {
  const lock = DirectoryLock.acquire(path);
  assert.throws(() => DirectoryLock.acquire(path), {
    code: 'directory-locked',
    pid: process.pid,
    message: /in use by this process/,
  });
  lock.release();
  DirectoryLock.acquire(path).release();
  assert.deepEqual(readdirSync(path), []);
});

directory('another process is refused, and told which one holds the lock', () => {
  const lock = DirectoryLock.acquire(path);
  const module = new URL('../../src/runtime/directory-lock.js', import.meta.url).href;
  const script = `import { DirectoryLock } from ${JSON.stringify(module)};
    try { DirectoryLock.acquire(${JSON.stringify(path)}); } catch (error) { console.log(error.message); }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  assert.match(stdout.toString(), new RegExp(`in use by process ${process.pid}`));
  lock.release();
});

directory('the lock of a dead process is taken over, also when its number was given again', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(join(path, 'lock'), JSON.stringify({ pid, startedAt: '1' }));
  DirectoryLock.acquire(path).release();
  writeFileSync(join(path, 'lock'), JSON.stringify({ pid: process.pid, startedAt: '1' }));
  const lock = DirectoryLock.acquire(path);
  assert.equal(JSON.parse(readlinkSync(join(path, 'lock'))).pid, process.pid);
  lock.release();
});

directory('what cannot be a directory is refused in words', () => {
  writeFileSync(join(path, 'file'), '');
  assert.throws(() => DirectoryLock.acquire(join(path, 'file')), {
    code: 'directory-unusable',
    message: /file cannot be used: it is no directory/,
  });
  assert.throws(() => DirectoryLock.acquireExisting(join(path, 'nowhere')), {
    code: 'directory-unusable',
    message: /it does not exist/,
  });
});

directory.run();
