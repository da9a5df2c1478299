/**
 * One cluster on three hosts, each a process of its own in a network namespace of its own, under load while a host is
 * cut off, and another is killed and started again.
 *
 * Where namespaces are not allowed the hosts are three loopback addresses, and the host that is cut off stands still
 * instead (SIGSTOP): that is said.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { statusText } from '../../src/chaos/status-text.js';
import { ClusterClient, plain } from '../../src/client/index.js';
import { endpointsOf } from '../../src/config/cluster-config.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { ClusterStatus } from '../../src/runtime/status.js';
import { haveEqualStates } from '../equal-states.js';
import { enter, hostsHere, isInside, type TestHost } from '../helpers/host-network.js';
import { eventually, RAFTKV, type Server, startServer, workspace } from '../helpers/serve.js';

const PORT = 25_100;
const NODES_PER_HOST = 2;
/** Longer with `RAFTKV_TEST_SECONDS`. */
const LOAD_SECONDS = Number(process.env.RAFTKV_TEST_SECONDS ?? 7);
const FIRST_KEYS = 3;
const ENVIRONMENT = { RAFTKV_PASSWORD: 'the-Password', RAFTKV_LINK_SECRET: 'the-Secret-of-the-hosts' };

const test = suite('hosts');

interface Running {
  readonly ended: Promise<number | null>;
  output(): string;
  stop(): void;
}

/** Runs `raftkv ARGS…` beside this process. */
function run(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [RAFTKV, ...args], { env: { ...process.env, ...ENVIRONMENT } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return {
    ended: new Promise(resolve => child.once('close', code => resolve(code))),
    output: () => output,
    stop: () => child.kill('SIGKILL'),
  };
}

if (isInside()) {
  test('a host is cut off and another one dies under load, and nothing is lost', whatHappens);
} else {
  test('three hosts', async () => {
    const ran = enter(fileURLToPath(import.meta.url), 110_000);
    if (ran === null) {
      process.stdout.write('no network namespaces here: three loopback addresses instead\n');
      await whatHappens();
    } else {
      assert.is(ran.code, 0, ran.output);
    }
  });
}

async function whatHappens(): Promise<void> {
  const [first, second, third] = hostsHere();
  const space = workspace(NODES_PER_HOST, PORT);
  const config = join(space.folder, 'hosts.txt');
  const names = [first, second, third].map(({ address }) => address).join(' ');
  writeFileSync(config, readFileSync(space.config, 'utf8').replace('localhost', names));
  const start = ({ address, prefix }: TestHost): Promise<Server> =>
    startServer([config, '--host', address, '--data', join(space.folder, address)], {
      prefix,
      environment: ENVIRONMENT,
      // Three programs start at once.
      readyWithinMs: 60_000,
    });
  const servers = await Promise.all([first, second, third].map(start));
  const client = new ClusterClient({
    nodes: endpointsOf(loadConfig({ path: config }).config),
    password: ENVIRONMENT.RAFTKV_PASSWORD,
    timeoutMs: 1_000,
    deadlineMs: 1_000,
  });
  let load: Running | null = null;
  const said = (): string => [load, ...servers].map(each => each?.output()).join('\n');
  const shows = async (what: string, condition: (status: ClusterStatus) => boolean): Promise<void> => {
    let seen = 'no answer';
    try {
      await eventually(what, 30_000, async () => {
        const outcome = await client.execute(['RAFT', 'STATUS']);
        if (outcome.kind !== 'ok') return undefined;
        const status = JSON.parse(String(plain(outcome.reply))) as ClusterStatus;
        seen = statusText(status);
        return condition(status) ? true : undefined;
      });
    } catch (error) {
      throw new Error(`${what}: not seen in time\n${seen}\n${said()}`, { cause: error });
    }
  };
  try {
    load = run(
      ...['concurrent-test', 'dynamic', '--config', config, '--seconds', String(LOAD_SECONDS)],
      // A busy machine answers late: that must not make everything unknown.
      ...['--clients', '8', '--timeout', '2500', '--json'],
    );
    await shows('the load has begun', ({ nodes }) => nodes.every(({ keys }) => keys >= FIRST_KEYS));
    const cut = second.setLink ?? (isUp => servers[1]?.child.kill(isUp ? 'SIGCONT' : 'SIGSTOP'));
    cut(false);
    await shows('the others miss the host', status => isMissed(status, second));
    cut(true);
    await shows('the host is back', status => isBack(status, second));
    await servers[2]?.end('SIGKILL');
    servers[2] = await start(third);
    await shows('the host is back with its data', status => isBack(status, third));
    assert.is(await load.ended, 0, said());
    await shows('equal replicas', isConverged);
  } finally {
    client.close();
    load?.stop();
    await Promise.all(servers.map(server => server.end('SIGTERM')));
    space.remove();
  }
}

const isMissed = (status: ClusterStatus, { address }: TestHost): boolean =>
  status.nodes.every(node => node.host !== address || node.lastError === `host ${address} is not reached`);

const isBack = (status: ClusterStatus, { address }: TestHost): boolean =>
  status.nodes.every(node => node.host !== address || node.lastError === null);

function isConverged({ leader, nodes }: ClusterStatus): boolean {
  return leader !== null && haveEqualStates(nodes);
}

test.run();
