/** The leader's thread is killed, or cut off with a minority, while clients write. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterClient, connect, plain } from '../../src/client/index.js';
import type { ClusterStatus } from '../../src/runtime/status.js';
import { haveEqualStates } from '../equal-states.js';
import { eventually, type Server, startServer, type Workspace, workspace } from '../helpers/serve.js';

const PORT = 8341;
const NODES = 5;
const ELECTION_TIMEOUT_END_MS = 600;
const faults = suite('leader faults');
const address = (node: number) => ({ host: '127.0.0.1', port: PORT + node });

let place: Workspace;
let server: Server;

faults.before(async () => {
  place = workspace(NODES, PORT);
  server = await startServer([place.config, '--data', place.data]);
});
faults.after(async () => {
  await server.end('SIGTERM');
  place.remove();
});

async function ask(node: number, ...args: string[]): Promise<string> {
  const client = await connect({ ...address(node), timeoutMs: 5_000 });
  try {
    return String(plain(await client.command(args)));
  } finally {
    client.close();
  }
}

const status = async (node: number): Promise<ClusterStatus> =>
  JSON.parse(await ask(node, 'RAFT', 'STATUS')) as ClusterStatus;

async function leaderSeenBy(node: number, not?: number): Promise<number> {
  return eventually('a leader', 10_000, async () => {
    const { leader } = await status(node).catch(() => ({ leader: null }));
    return leader === null || leader === not ? undefined : leader;
  });
}

const other = (...nodes: number[]): number => [0, 1, 2, 3, 4].find(node => !nodes.includes(node)) ?? 0;

faults(
  'writes resume within two election timeouts of a leader kill, and nothing acknowledged is lost',
  async () => {
    const leader = await leaderSeenBy(0);
    const survivors = [0, 1, 2, 3, 4].filter(node => node !== leader);
    const client = new ClusterClient({
      nodes: survivors.map(address),
      timeoutMs: 400,
      deadlineMs: 400,
      retryDelayMs: 10,
    });
    const acknowledged: string[] = [];
    let stopped = false;
    const answered: number[] = [];
    const writer = (async () => {
      for (let i = 0; !stopped; i += 1) {
        const outcome = await client.execute(['SET', `during:${i}`, `${i}`]);
        if (outcome.kind !== 'ok') continue;
        acknowledged.push(`during:${i}`);
        answered.push(performance.now());
      }
    })();
    await eventually('load', 5_000, async () => (acknowledged.length > 50 ? true : undefined));
    const killedAt = performance.now();
    await ask(survivors[0] ?? 0, 'CHAOS', 'kill', String(leader));
    const before = acknowledged.length;
    await eventually('writes after the kill', 10_000, async () =>
      acknowledged.length > before + 20 ? true : undefined,
    );
    stopped = true;
    await writer;
    const resumedAt =
      answered.find((at, i) => at > killedAt && at - (answered[i - 1] ?? 0) > 100) ?? killedAt;
    assert.ok(
      resumedAt - killedAt < 2 * ELECTION_TIMEOUT_END_MS,
      `no write was acknowledged for ${Math.round(resumedAt - killedAt)} ms`,
    );
    for (const key of acknowledged) {
      assert.is(plain(await client.command(['GET', key])), key.slice('during:'.length));
    }
    client.close();
    await ask(survivors[0] ?? 0, 'CHAOS', 'revive', String(leader));
    await eventually('the revived node to catch up', 10_000, async () => {
      const { nodes, commit } = await status(survivors[0] ?? 0);
      const applied = nodes[leader]?.raft?.applied ?? 0;
      return nodes[leader]?.state === 'up' && applied >= commit && commit > 0 ? true : undefined;
    });
  },
);

faults(
  'a leader cut off with a minority acknowledges no write, serves no linearizable read, and forgets its entries',
  async () => {
    const leader = await leaderSeenBy(0);
    const companion = other(leader);
    const majority = [0, 1, 2, 3, 4].filter(node => node !== leader && node !== companion);
    const witness = majority[0] ?? 0;
    assert.is(await ask(witness, 'SET', 'register', 'before'), 'OK');
    await ask(witness, 'CHAOS', `partition ${leader},${companion} | ${majority.join(',')}`);
    const minority = await connect({ ...address(leader), timeoutMs: 8_000 });
    const writes = Array.from({ length: 5 }, (_, i) => minority.execute(['SET', 'register', `lost${i}`]));
    await leaderSeenBy(witness, leader);
    assert.is(
      await eventually('a write on the other side', 5_000, () =>
        ask(witness, 'SET', 'register', 'after').catch(() => undefined),
      ),
      'OK',
    );
    const read = await minority.execute(['GET', 'register']);
    assert.is.not(read.kind, 'ok', 'a minority leader served a read');
    for (const write of await Promise.all(writes))
      assert.is.not(write.kind, 'ok', 'a minority leader acknowledged a write');
    minority.close();
    await ask(witness, 'CHAOS', 'heal');
    await eventually('one history everywhere', 10_000, async () => {
      const { nodes } = await status(witness);
      return haveEqualStates(nodes) ? true : undefined;
    });
    for (const node of [leader, companion, witness]) assert.is(await ask(node, 'GET', 'register'), 'after');
  },
);

faults.run();
