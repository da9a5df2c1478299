/** `disk NODE full|eio|slow MS|ok` in a running cluster, as its clients see it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, plain } from '../../src/client/index.js';
import type { ClusterStatus } from '../../src/runtime/status.js';
import { type Ask, statusOf, withAskedServer } from '../helpers/asked-server.js';
import { eventually, type Workspace, workspace } from '../helpers/serve.js';

const PORT = 9420;
const NODES = 3;
const trouble = suite('disk trouble');

let place: Workspace;

trouble.before.each(() => {
  place = workspace(NODES, PORT);
});
trouble.after.each(() => place.remove());

const cluster = () => ({ place, portStart: PORT, nodes: NODES });

/** The answer of this very node, an error as its text. */
async function at(node: number, ...args: string[]): Promise<string> {
  const client = await connect({ host: '127.0.0.1', port: PORT + node, timeoutMs: 5_000 });
  try {
    const outcome = await client.execute(args);
    return outcome.kind === 'ok' ? String(plain(outcome.reply)) : `${outcome.kind}: ${outcome.error.message}`;
  } finally {
    client.close();
  }
}

const untilStatus = (
  ask: Ask,
  what: string,
  holds: (status: ClusterStatus) => boolean,
): Promise<ClusterStatus> =>
  eventually(what, 15_000, async () => {
    const status = await statusOf(ask);
    return holds(status) ? status : undefined;
  });

async function leaderOf(ask: Ask): Promise<number> {
  const { leader } = await untilStatus(ask, 'a leader', status => status.leader !== null);
  return leader ?? 0;
}

trouble('full: the node refuses writes with a clear error, the others go on, and it returns by itself', () =>
  withAskedServer(cluster(), async ask => {
    const leader = await leaderOf(ask);
    const victim = (leader + 1) % NODES;
    await ask('SET', 'key', 'before');
    await ask('CHAOS', `disk ${victim} full`);
    await at(leader, 'SET', 'key', 'during');
    const refused = await eventually('the refusal', 5_000, async () => {
      const answer = await at(victim, 'SET', 'key', 'x');
      return answer.startsWith('failed: READONLY') ? answer : undefined;
    });
    assert.match(refused, /READONLY the disk of this node is full/);
    assert.is(await at(leader, 'GET', 'key'), 'during');
    assert.is((await statusOf(ask)).nodes[victim]?.diskFault, 'full');
    await ask('CHAOS', `disk ${victim} ok`);
    await eventually('writes at the node', 5_000, async () =>
      (await at(victim, 'SET', 'key', 'after')) === 'OK' ? true : undefined,
    );
    await untilStatus(
      ask,
      'equal replicas',
      ({ nodes }) => new Set(nodes.map(node => node.stateHash)).size === 1,
    );
    const { events } = await statusOf(ask);
    const said = events
      .filter(event => event.node === victim && event.kind === 'fault')
      .map(event => event.text);
    assert.ok(said.some(text => text.includes('disk full: read-only')));
    assert.ok(said.some(text => text.includes('the disk has space again')));
  }),
);

trouble('full everywhere: writes are refused, linearizable reads go on at the leader, nothing is lost', () =>
  withAskedServer(cluster(), async ask => {
    await ask('SET', 'key', 'kept');
    const leader = await leaderOf(ask);
    for (const node of [0, 1, 2]) await ask('CHAOS', `disk ${node} full`);
    await at(leader, 'SET', 'other', 'unknown');
    for (let i = 0; i < 10; i += 1) {
      assert.match(await at(leader, 'SET', 'refused', 'x'), /^failed: READONLY/);
      assert.is(await at(leader, 'GET', 'key'), 'kept');
    }
    for (const node of [0, 1, 2]) await ask('CHAOS', `disk ${node} ok`);
    await eventually('writes', 10_000, async () =>
      (await at(leader, 'SET', 'key', 'after')) === 'OK' ? true : undefined,
    );
    assert.is(await at(leader, 'GET', 'refused'), 'null', 'a refused write was executed');
  }),
);

trouble('eio: the leader steps down and is left down as faulty; revived, it has everything', () =>
  withAskedServer(cluster(), async ask => {
    const old = await leaderOf(ask);
    await ask('SET', 'key', 'before');
    await ask('CHAOS', `disk ${old} eio`);
    const survivor = (old + 1) % NODES;
    await eventually('a write at the others', 15_000, async () =>
      (await at(survivor, 'SET', 'key', 'after')) === 'OK' ? true : undefined,
    );
    const status = await untilStatus(ask, 'the faulty node', ({ nodes }) => nodes[old]?.state === 'faulty');
    assert.match(String(status.nodes[old]?.lastError), /injected/);
    assert.is.not(status.leader, old);
    await ask('CHAOS', `disk ${old} ok`);
    await ask('CHAOS', `revive ${old}`);
    await untilStatus(
      ask,
      'its return',
      ({ nodes }) => new Set(nodes.map(node => node.stateHash)).size === 1,
    );
    assert.is(await at(old, 'GET', 'key'), 'after');
  }),
);

trouble('slow: a leader whose syncs outlast the election timeout loses the lead, and writes go on', () =>
  withAskedServer(cluster(), async ask => {
    const old = await leaderOf(ask);
    await ask('SET', 'key', 'before');
    await ask('CHAOS', `disk ${old} slow 3000`);
    const survivor = (old + 1) % NODES;
    await at(survivor, 'SET', 'key', 'during');
    await untilStatus(ask, 'another leader', ({ leader }) => leader !== null && leader !== old);
    await eventually('a write', 10_000, async () =>
      (await at(survivor, 'SET', 'key', 'after')) === 'OK' ? true : undefined,
    );
    assert.is(await at(survivor, 'GET', 'key'), 'after');
    await ask('CHAOS', `disk ${old} ok`);
  }),
);

trouble.run();
