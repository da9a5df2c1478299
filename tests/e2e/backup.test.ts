/** Backups taken while the cluster runs, and new clusters made from them. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withAskedServer } from '../helpers/asked-server.js';
import { eventually, RAFTKV, raftkv, type Workspace, workspace } from '../helpers/serve.js';

const PORT = 9410;
const NODES = 3;
const EVERY_BYTE = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
const backups = suite('backup and restore');

let place: Workspace;

backups.before.each(() => {
  place = workspace(NODES, PORT);
});
backups.after.each(() => place.remove());

const cluster = () => ({ place, portStart: PORT, nodes: NODES });

/** Beside the load of this process, hence not synchronously. */
async function runBackup(file: string): Promise<string> {
  const child = spawn(process.execPath, [RAFTKV, 'backup', file, '--config', place.config]);
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  await new Promise(resolve => child.once('exit', resolve));
  return output;
}

backups('a backup under load holds what was acknowledged before it, and begins another cluster', async () => {
  const file = join(place.folder, 'data.backup');
  let before = 0;
  await withAskedServer(cluster(), async ask => {
    await ask('SETBIT', 'bits', '7', '1');
    await ask('RPUSH', 'list', ...Array.from({ length: 50 }, (_, i) => `item${i} ${EVERY_BYTE}`));
    await ask('SET', 'volatile', 'x', 'EX', '1000');
    let written = 0;
    let isStopped = false;
    const load = (async () => {
      for (; !isStopped; written += 1) await ask('SET', `during${written}`, 'x'.repeat(500));
    })();
    await eventually('load', 5_000, async () => (written > 20 ? true : undefined));
    before = written - 1;
    const taken = await runBackup(file);
    isStopped = true;
    await load;
    assert.match(taken, /everything up to entry \d+/);
    const again = raftkv('backup', file, '--connect', `127.0.0.1:${PORT}`);
    assert.is(again.code, 1);
    assert.match(again.stderr, /exists already/);
  });
  const data = join(place.folder, 'restored');
  const restored = raftkv('restore', file, '--data', data, '--nodes', '1');
  assert.is(restored.code, 0, restored.stderr);
  assert.match(raftkv('restore', file, '--data', data).stderr, /not empty/);
  await withAskedServer({ ...cluster(), nodes: 1, data }, async ask => {
    for (let i = 0; i <= before; i += 1) assert.is(await ask('GET', `during${i}`), 'x'.repeat(500));
    assert.is(await ask('GET', 'bits'), '\u0001');
    assert.is(await ask('LINDEX', 'list', '49'), `item49 ${EVERY_BYTE}`);
    assert.ok(Number(await ask('TTL', 'volatile')) > 900);
    for (let i = 0; i < 20; i += 1) await ask('SET', `after${i}`, 'written');
    assert.is(await ask('GET', 'after19'), 'written');
  });
  await withAskedServer({ ...cluster(), nodes: 1, data }, async ask => {
    assert.is(await ask('GET', 'after19'), 'written');
  });
});

backups('a damaged or foreign backup is refused, and no directory is left behind', async () => {
  const file = join(place.folder, 'data.backup');
  await withAskedServer(cluster(), async ask => {
    await ask('SET', 'key', 'value');
    await runBackup(file);
  });
  const whole = readFileSync(file);
  const data = join(place.folder, 'restored');
  for (let position = 0; position < whole.length; position += 1 + Math.floor(whole.length / 5)) {
    const bytes = Buffer.from(whole);
    bytes[position] = (bytes[position] ?? 0) ^ 0x10;
    writeFileSync(file, bytes);
    const refused = raftkv('restore', file, '--data', data);
    assert.is(refused.code, 1, `byte ${position}`);
    assert.match(refused.stderr, /damaged|no backup|format/);
    assert.not(existsSync(data));
  }
});

backups.run();
