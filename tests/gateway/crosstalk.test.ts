/**
 * Many connections at once, some of them talking garbage: each good one gets its own replies and nothing else.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bulk, encode, RawClient, startGateway, until } from './helpers.js';

const GOOD = 30;
const ROUNDS = 20;
const GARBAGE = [
  '*1\r\n:',
  '$5\r\nhello\r\n',
  '*2\r\n$3\r\nGET\r\n$99999999999\r\n',
  '"unbalanced\r\n',
  '\0\0\r\n',
];

/** Sends in pieces of changing size, with a turn of the event loop between them. */
async function sendInPieces(client: RawClient, text: string, seed: number): Promise<void> {
  for (let at = 0, piece = 0; at < text.length; piece++) {
    const size = 1 + ((seed * 31 + piece * 17) % 97);
    client.send(text.slice(at, at + size));
    at += size;
    if (piece % 5 === 0) await new Promise(resolve => setImmediate(resolve));
  }
}

/** As long as the others talk, and a few times at least. */
async function talkGarbage(port: number, isOver: () => boolean): Promise<void> {
  for (let connections = 0; connections < GARBAGE.length || !isOver(); connections++) {
    const client = await RawClient.open(port);
    client.send(encode(['SET', 'garbage', 'x'.repeat(connections % 50)]));
    client.send(GARBAGE[connections % GARBAGE.length] ?? '');
    if (connections % 3 === 0) client.socket.resetAndDestroy();
    else client.socket.end();
    await until('closed', () => client.closed);
  }
}

test('no byte of one connection reaches another', async () => {
  const { gateway, port } = await startGateway();
  let running = GOOD;
  const good = Array.from({ length: GOOD }, async (_, id) => {
    const client = await RawClient.open(port);
    let expected = '';
    let request = '';
    for (let round = 0; round < ROUNDS; round++) {
      const token = `<${id}:${round}:${'y'.repeat((id * round) % 300)}>`;
      request += encode(['SET', `key${id}`, token]) + encode(['GET', `key${id}`]) + encode(['ECHO', token]);
      request += encode(['MULTI']) + encode(['APPEND', `key${id}`, '!']) + encode(['EXEC']);
      expected += `+OK\r\n${bulk(token)}${bulk(token)}+OK\r\n+QUEUED\r\n*1\r\n:${token.length + 1}\r\n`;
    }
    await sendInPieces(client, request, id);
    await client.expect(expected);
    assert.is(client.received, '');
    client.close();
    running--;
  });
  const garbage = Array.from({ length: 5 }, () => talkGarbage(port, () => running === 0));
  await Promise.all([...good, ...garbage]);
  assert.ok(gateway.metrics().protocolErrors > GARBAGE.length);
  await gateway.close();
});

test.run();
