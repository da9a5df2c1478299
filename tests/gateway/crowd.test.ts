/**
 * Many connections and bad ones: the idle are held, the busy are answered, the bad are bounded.
 *
 * How much slower the busy ones get is measured by `bench/crowd.ts`; here it only matters that nothing breaks. The
 * long form, `CROWD=5000,500 node dist/tests/gateway/crowd.test.js`, holds that many.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BAD_KINDS, BadClient } from '../helpers/bad-clients.js';
import { encode, RawClient, startGateway, until } from './helpers.js';

const test = suite('crowd');
const [IDLE = 400, BUSY = 50] = (process.env.CROWD ?? '400,50').split(',').map(Number);
const ROUNDS = 20;

async function openMany(count: number, port: number): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  while (clients.length < count) {
    const some = Math.min(100, count - clients.length);
    clients.push(...(await Promise.all(Array.from({ length: some }, () => RawClient.open(port)))));
  }
  return clients;
}

/** Each busy client counts for itself, in step with nobody. */
async function countUp(client: RawClient, key: string): Promise<void> {
  for (let round = 1; round <= ROUNDS; round++) {
    client.send(encode(['INCR', key]) + encode(['GET', key]));
    const text = String(round);
    await client.expect(`:${text}\r\n$${text.length}\r\n${text}\r\n`);
  }
}

test(`${IDLE} idle and ${BUSY} busy connections are held beside bad clients of every kind`, async () => {
  const limits = { outputStallMs: 500, outputHighBytes: 256 * 1024 };
  const { gateway, port } = await startGateway({ limits });
  const idle = await openMany(IDLE, port);
  const bad = BAD_KINDS.flatMap(kind => [new BadClient(kind, port), new BadClient(kind, port)]);
  await until('every bad client is in', () => bad.every(({ connections }) => connections > 0));
  const busy = await openMany(BUSY, port);
  await Promise.all(busy.map((client, at) => countUp(client, `busy:${at}`)));
  await until('the one that does not read is cut off', () => gateway.metrics().slowReadersClosed > 0, 10_000);
  await until('those that talk nonsense come again and again', () => gateway.metrics().protocolErrors > 8);
  for (const client of busy) client.close();
  for (const client of bad) client.stop();
  assert.is(idle.filter(({ closed }) => closed).length, 0, 'idle connections were closed');
  await Promise.all(
    idle.map(async client => {
      client.command('PING');
      await client.expect('+PONG\r\n');
    }),
  );
  await until('only the idle are left', () => gateway.clientCount === IDLE);
  const { inFlightBytes, heldInputBytes } = gateway.metrics();
  assert.is(inFlightBytes, 0);
  assert.is(heldInputBytes, 0, 'nothing of the bad clients is kept');
  for (const client of idle) client.close();
  await gateway.close();
});

test.run();
