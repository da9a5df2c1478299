/** Members come and go under load while links lose messages: nothing acknowledged is lost, the history is linearizable. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ClientReply, ClusterClient, plain } from '../../src/client/index.js';
import { checkLinearizable, type Operation } from '../../src/harness/check.js';
import { type Cluster, startCluster } from '../../src/index.js';
import { eventually } from '../helpers/serve.js';

const DROP = 0.1;
const CLIENTS = 6;
const KEYS = 5;
const membership = suite('membership under load');

const nowNs = (): number => Number(process.hrtime.bigint() / 1000n) * 1000;

/** One client: a closed loop of puts, gets and appends of unique tokens; what may not be told certainly is unknown. */
class RecordingClient {
  readonly #id: number;
  readonly #client: ClusterClient;
  readonly #history: Operation[];
  /** After an unknown outcome it goes on as another client. */
  #alias: number;

  constructor(id: number, client: ClusterClient, history: Operation[]) {
    this.#id = id;
    this.#alias = id;
    this.#client = client;
    this.#history = history;
  }

  async run(stopped: () => boolean): Promise<void> {
    for (let turn = 0; !stopped(); turn += 1) {
      const value = `c${this.#id}t${turn};`;
      const register = `register${(turn + this.#id) % KEYS}`;
      if (turn % 3 === 0) await this.#call('put', register, ['SET', register, value], value);
      else if (turn % 3 === 1) await this.#call('get', register, ['GET', register]);
      else await this.#call('append', `log${this.#id}`, ['APPEND', `log${this.#id}`, value], value);
    }
    this.#client.close();
  }

  async #call(op: string, key: string, command: readonly string[], value?: string): Promise<void> {
    const callNs = nowNs();
    const outcome = await this.#client.execute(command);
    const call = { client: this.#alias, op, key, callNs, ...(value === undefined ? {} : { value }) };
    if (outcome.kind === 'ok') {
      this.#history.push({ ...call, ok: true, returnNs: nowNs(), output: outputOf(outcome.reply) });
    } else if (outcome.kind === 'failed') {
      this.#history.push({ ...call, ok: false, returnNs: nowNs() });
    } else {
      this.#history.push({ ...call, ok: 'unknown', returnNs: null });
      this.#alias += CLIENTS;
    }
  }
}

const outputOf = (reply: ClientReply): string | number | null => {
  const output = plain(reply);
  return typeof output === 'string' || typeof output === 'number' ? output : null;
};

/** Faults may get in the way of a change: it is asked for again until it is there. */
async function until(what: string, change: () => Promise<void>, done: () => Promise<boolean>): Promise<void> {
  await eventually(what, 30_000, async () => {
    if (await done()) return true;
    await change().catch(() => undefined);
    return (await done()) || undefined;
  });
}

async function changeMembers(cluster: Cluster): Promise<void> {
  const voters = async (): Promise<readonly number[]> => {
    const { nodes, leader } = await cluster.status();
    return (leader === null ? null : nodes[leader]?.raft?.voters) ?? [];
  };
  for (const node of [3, 4]) {
    await until(
      `n${node} to vote`,
      () => cluster.addNode(node),
      async () => (await voters()).includes(node),
    );
  }
  await until(
    'n4 to lead',
    () => cluster.transferLeadership(4),
    async () => (await cluster.status()).leader === 4,
  );
  const leader = await cluster.waitForLeader();
  await until(
    'the leader to be gone',
    () => cluster.removeNode(leader),
    async () => {
      const members = await voters();
      return members.length > 0 && !members.includes(leader);
    },
  );
}

membership(
  'two nodes join, leadership moves, the leader is removed: every acknowledged write stays',
  async () => {
    const cluster = await startCluster({ nodes: 3, seed: 7 });
    try {
      await cluster.waitForLeader();
      const { nodes } = await cluster.status();
      const addresses = nodes.map(({ host, port }) => ({ host, port }));
      await cluster.setLink(null, null, { drop: DROP });
      const history: Operation[] = [];
      let stopped = false;
      const clients = Array.from({ length: CLIENTS }, (_, id) =>
        new RecordingClient(
          id,
          new ClusterClient({ nodes: addresses, timeoutMs: 1_500, deadlineMs: 1_500 }),
          history,
        ).run(() => stopped),
      );
      try {
        await eventually('load', 15_000, async () => (history.length > 100 ? true : undefined));
        await changeMembers(cluster);
      } finally {
        stopped = true;
        await Promise.all(clients);
      }
      await cluster.heal();
      await cluster.waitForConverged({ timeoutMs: 20_000 });
      for (let id = 0; id < CLIENTS; id += 1) {
        const callNs = nowNs();
        const { value } = await cluster.get(`log${id}`);
        history.push({
          client: 9_000 + id,
          op: 'get',
          key: `log${id}`,
          output: value ?? null,
          ok: true,
          callNs,
          returnNs: nowNs(),
        });
      }
      const acknowledged = history.filter(({ op, ok }) => ok === true && op === 'append').length;
      assert.ok(acknowledged > 20, `${acknowledged} appends were acknowledged`);
      const { verdict, violations } = checkLinearizable(history);
      assert.is(verdict, 'linearizable', violations.map(({ explanation }) => explanation).join('\n'));
    } finally {
      await cluster.stop();
    }
  },
);

membership.run();
