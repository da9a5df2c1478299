/** Backups taken while a cluster with users and TLS runs, and new clusters made from them. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterClient, type NodeAddress, plain } from '../../src/client/index.js';
import { type Cluster, startCluster } from '../../src/index.js';
import { restoreBackup } from '../../src/runtime/restore-backup.js';
import { Authority } from '../helpers/certificates.js';
import { eventually, hasProgram, RAFTKV, type Ran } from '../helpers/serve.js';

const NODES = 3;
const PASSWORD = 'admin-Secret-1';
const EVERY_BYTE = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
const backups = suite('backup and restore');
const secured = hasProgram('openssl') ? new Authority() : null;

let folder: string;
let file: string;
/** Keys `during0` … below this were acknowledged before the backup was asked for. */
let before = 0;

type Ask = (...words: string[]) => Promise<ReturnType<typeof plain>>;

/** Beside the nodes of this process, hence not synchronously. */
async function raftkv(
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Ran> {
  const child = spawn(process.execPath, [RAFTKV, ...args], {
    timeout: 30_000,
    env: { ...process.env, ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', chunk => {
    stdout += chunk;
  });
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { code, stdout, stderr };
}

async function addressesOf(cluster: Cluster): Promise<readonly NodeAddress[]> {
  const { nodes } = await cluster.status();
  return nodes.map(({ port }) => ({ host: '127.0.0.1', port: port ?? 0 }));
}

const access = (): object =>
  secured === null ? {} : { username: 'keeper', password: PASSWORD, tls: { ca: secured.ca } };

async function withAsked(
  cluster: Cluster,
  credentials: object,
  use: (ask: Ask, nodes: readonly NodeAddress[]) => Promise<void>,
): Promise<void> {
  const nodes = await addressesOf(cluster);
  const client = new ClusterClient({ ...credentials, nodes, timeoutMs: 5_000, deadlineMs: 20_000 });
  try {
    await use(async (...words) => plain(await client.command(words)), nodes);
  } finally {
    client.close();
    await cluster.stop();
  }
}

/** Where openssl is missing the cluster has neither users nor TLS. */
function sourceConfig(): object {
  if (secured === null) return {};
  const { certFile, keyFile } = secured.issue('server', ['IP:127.0.0.1']);
  const usersFile = join(folder, 'users');
  writeFileSync(usersFile, `keeper admin ${PASSWORD}\nreader read-only reader-Secret-2\n`, { mode: 0o600 });
  return { usersFile, tlsCertFile: certFile, tlsKeyFile: keyFile };
}

backups.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'raftkv-test-'));
  file = join(folder, 'data.backup');
});
backups.after(() => {
  rmSync(folder, { recursive: true, force: true });
  secured?.remove();
});

backups('a backup under load is for who may have it, and is not written over', async () => {
  const cluster = await startCluster({
    nodes: NODES,
    dataDirectory: join(folder, 'data'),
    config: sourceConfig(),
  });
  await withAsked(cluster, access(), async (ask, [node]) => {
    await ask('SETBIT', 'bits', '7', '1');
    await ask('RPUSH', 'list', ...Array.from({ length: 50 }, (_, i) => `item${i} ${EVERY_BYTE}`));
    await ask('SET', 'volatile', 'x', 'EX', '1000');
    let written = 0;
    let isStopped = false;
    const load = (async () => {
      for (; !isStopped; written += 1) await ask('SET', `during${written}`, 'x'.repeat(500));
    })();
    await eventually('load', 10_000, async () => (written > 20 ? true : undefined));
    const take = ['backup', file, '--connect', `127.0.0.1:${node?.port}`];
    const passwordFile = join(folder, 'password');
    if (secured !== null) {
      const ca = ['--ca', secured.caFile];
      const stranger = await raftkv({}, ...take, ...ca);
      assert.is(stranger.code, 1);
      assert.match(stranger.stderr, /Authentication required/i);
      const asReader = { RAFTKV_PASSWORD: 'reader-Secret-2' };
      const reader = await raftkv(asReader, ...take, ...ca, '--user', 'reader');
      assert.is(reader.code, 1);
      assert.match(reader.stderr, /permission/i);
      assert.not(existsSync(file));
      writeFileSync(passwordFile, `${PASSWORD}\n`);
      take.push(...ca, '--user', 'keeper', '--password-file', passwordFile);
    }
    before = written;
    const taken = await raftkv({}, ...take);
    isStopped = true;
    await load;
    assert.is(taken.code, 0, taken.stderr);
    assert.match(taken.stdout, /everything up to entry \d+/);
    const again = await raftkv({}, ...take);
    assert.is(again.code, 1);
    assert.match(again.stderr, /exists already/);
  });
});

backups(
  'what was acknowledged before it is in the cluster that begins with it, and stays there',
  async () => {
    const data = join(folder, 'restored');
    const restored = await raftkv({}, 'restore', file, '--data', data, '--nodes', '1');
    assert.is(restored.code, 0, restored.stderr);
    const begun = await startCluster({ nodes: 1, dataDirectory: data });
    await withAsked(begun, {}, async ask => {
      for (let i = 0; i < before; i += 1) assert.is(await ask('GET', `during${i}`), 'x'.repeat(500));
      assert.is(await ask('GET', 'bits'), '\u0001');
      assert.is(await ask('LINDEX', 'list', '49'), `item49 ${EVERY_BYTE}`);
      assert.ok(Number(await ask('TTL', 'volatile')) > 900);
      for (let i = 0; i < 20; i += 1) await ask('SET', `after${i}`, 'written');
    });
    const again = await startCluster({ nodes: 1, dataDirectory: data });
    await withAsked(again, {}, async ask => assert.is(await ask('GET', 'after19'), 'written'));
    assert.match(await failureOf(data), /not empty/);
  },
);

backups('a damaged backup is refused wherever the damage is, and no directory is left behind', async () => {
  const whole = readFileSync(file);
  const data = join(folder, 'from-damaged');
  for (let position = 0; position < whole.length; position += 1 + Math.floor(whole.length / 20)) {
    const bytes = Buffer.from(whole);
    bytes[position] = (bytes[position] ?? 0) ^ 0x10;
    writeFileSync(file, bytes);
    assert.match(await failureOf(data), /damaged|no backup|format/, `byte ${position}`);
    assert.not(existsSync(data));
  }
  const refused = await raftkv({}, 'restore', file, '--data', data);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /damaged|no backup|format/);
});

async function failureOf(data: string): Promise<string> {
  try {
    await restoreBackup(file, data, null);
    return 'none';
  } catch (error) {
    return String(error);
  }
}

backups.run();
