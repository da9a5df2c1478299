/** The whole process is killed in mid-write, again and again, on one data directory. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterClient, plain } from '../../src/client/index.js';
import { eventually, type Server, startServer, workspace } from '../helpers/serve.js';

const PORT = 8321;
const NODES = 3;
const ROUNDS = 3;
const power = suite('power loss');

const nodes = Array.from({ length: NODES }, (_, node) => ({ host: '127.0.0.1', port: PORT + node }));

/** Appends tokens until the server dies; returns those acknowledged. */
async function writeUntilKilled(round: number, server: Server, atLeast: number): Promise<Set<string>> {
  const acknowledged = new Set<string>();
  const client = new ClusterClient({ nodes, timeoutMs: 1_000, deadlineMs: 1_000 });
  let killed = false;
  const writer = async (lane: number): Promise<void> => {
    for (let i = 0; !killed; i += 1) {
      const token = `r${round}l${lane}i${i};`;
      const outcome = await client.execute(['APPEND', `key${lane}`, token]);
      if (outcome.kind === 'ok') acknowledged.add(token);
    }
  };
  const writers = Array.from({ length: 8 }, (_, lane) => writer(lane));
  await eventually('acknowledged writes', 10_000, async () =>
    acknowledged.size >= atLeast ? true : undefined,
  );
  await server.end('SIGKILL');
  killed = true;
  client.close();
  await Promise.all(writers);
  return acknowledged;
}

async function readAll(): Promise<string> {
  const client = new ClusterClient({ nodes, timeoutMs: 5_000 });
  try {
    let text = '';
    for (let lane = 0; lane < 8; lane += 1)
      text += String(plain(await client.command(['GET', `key${lane}`])) ?? '');
    return text;
  } finally {
    client.close();
  }
}

power('every acknowledged write is there after each SIGKILL, and none twice', async () => {
  const place = workspace(NODES, PORT);
  const acknowledged = new Set<string>();
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const server = await startServer([place.config, '--data', place.data]);
      for (const token of await writeUntilKilled(round, server, 200)) acknowledged.add(token);
    }
    const server = await startServer([place.config, '--data', place.data]);
    const text = await readAll();
    const tokens = text.split(';').filter(token => token !== '');
    const missing = [...acknowledged].filter(token => !tokens.includes(token.slice(0, -1)));
    assert.equal(missing, []);
    assert.is(new Set(tokens).size, tokens.length, 'a token is there twice');
    assert.is(await server.end('SIGINT'), 0);
  } finally {
    place.remove();
  }
});

power.run();
