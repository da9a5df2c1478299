/**
 * The same commands to this gateway and to a real Redis give the same bytes; skipped where there is no `redis-server`.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encode, isOnMemoryEngine, RawClient, startGateway, type TestGateway, until } from './helpers.js';

const test = suite('the same replies as Redis');
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const withRedis = hasRedis ? test : test.skip;

let server: TestGateway;
let redis: ChildProcess | null = null;
let redisPort = 0;

/** One command a line; words are separated by blanks, `""` is an empty word, `\n`-style escapes work. */
const SCRIPTS: Readonly<Record<string, string>> = {
  strings: `
    SET k v|GET k|GET missing|SET k w NX|SET k w XX GET|SET n x XX|SET k v EX 100|TTL k|SET k v KEEPTTL|TTL k|PERSIST k|TTL k|SET k v PX 0|SET k v EX abc
    SET k v EX 10 PX 10|SET k v NX XX|SET k|SET k v GET NX|SETNX k 1|SETNX k2 1|GETSET k z|GETSET k3 z|GETDEL k3|GETDEL k3|GETEX k EX 50|GETEX k PERSIST|GETEX k FOO|GETEX none EX abc|GETEX k EX 0|GETEX k PERSIST EX 5|SET k v EX 10 EX 20|SET k v EX 10 EX abc
    SETEX k 0 v|SETEX k 10 v|PSETEX k 10000 v|APPEND k tail|APPEND fresh x|STRLEN k|STRLEN none|GETRANGE k 0 -1|GETRANGE k -3 -1|GETRANGE k 5 2|GETRANGE k a 2|SUBSTR k 0 1
    SETRANGE k 1 XY|SETRANGE k 10 pad|GET k|SETRANGE none 5 ""|SETRANGE k -1 x|SETBIT b 7 1|SETBIT b 7 2|SETBIT b -1 1|GETBIT b 7|GETBIT b 1000|BITCOUNT b|BITCOUNT b 0 0|BITCOUNT b 0 5 BIT|BITCOUNT b 0|BITCOUNT none
    MSET a 1 b 2|MSET a|MGET a b none|MSETNX a 5 c 6|MSETNX c 5 d 6|LCS a b|SET s1 ohmytext|SET s2 mynewtext|LCS s1 s2|LCS s1 s2 LEN|LCS s1 s2 IDX|LCS s1 s2 IDX MINMATCHLEN 4 WITHMATCHLEN`,
  counters: `
    INCR n|INCR n|DECR n|INCRBY n 10|DECRBY n 3|INCRBY n abc|INCRBY n 1.5|SET n 9223372036854775807|INCR n|SET n -9223372036854775808|DECR n|DECRBY n -9223372036854775808|SET n 012|INCR n|SET n " 1"|INCR n
    SET f 10.5|INCRBYFLOAT f 0.1|INCRBYFLOAT f -5|INCRBYFLOAT f abc|SET f 5.0e3|INCRBYFLOAT f 200|SET n 5|INCRBYFLOAT n 2|INCRBYFLOAT f nan`,
  keys: `
    SET a 1|SET b 2|EXISTS a b a none|TYPE a|TYPE none|DEL a none|UNLINK b|EXISTS a b|SET a 1|RENAME a z|RENAME none z|SET y 2|RENAMENX z y|RENAMENX z q|COPY q c|COPY q c|COPY q c REPLACE|COPY q c DB 1|TOUCH q c none
    EXPIRE q 100|TTL q|PTTL none|TTL none|TTL c|EXPIRE none 10|EXPIRE q 200 NX|EXPIRE q 200 XX|EXPIRE q 50 GT|EXPIRE q 50 LT|EXPIRE q 10 NX XX|EXPIRE q abc|PERSIST q|PERSIST q|EXPIREAT q 1|EXISTS q|PEXPIREAT c 9999999999999|PEXPIRETIME c|EXPIRETIME c|PEXPIRETIME none|PEXPIRE c -1
    SET x 1|DBSIZE|KEYS x*|KEYS [xw]|KEYS nothing|OBJECT ENCODING x|OBJECT ENCODING none|OBJECT NOPE x|OBJECT|RANDOMKEY NOPE|SCAN 0 MATCH x COUNT 100|SCAN abc|SCAN 0 COUNT 0|SCAN 0 FOO|FLUSHALL|DBSIZE|RANDOMKEY|FLUSHDB ASYNC|FLUSHDB FOO`,
  lists: `
    RPUSH l a b c|LPUSH l z|LLEN l|LLEN none|LRANGE l 0 -1|LRANGE l -2 -1|LRANGE l 5 9|LRANGE none 0 1|LRANGE l a b|LINDEX l 0|LINDEX l -1|LINDEX l 99|LINDEX l x|LPOP l|RPOP l|LPOP l 5|LPOP l|LPOP l 2|RPOP none 0|LPOP none -1|RPUSH l 1|RPOP l 0|TYPE l|GET l|INCR l|RPUSH|LPOP l 1 2`,
  hashes: `
    HSET h a 1|HSET h a 2 b 3|HSET h a|HGET h a|HGET h none|HGET none a|HMGET h a none b|HLEN h|HEXISTS h a|HEXISTS h q|HKEYS h|HVALS h|HGETALL h|HGETALL none|HDEL h a q|HINCRBY h b 5|HINCRBY h b x|HSET h t txt|HINCRBY h t 1|HINCRBY h n 9223372036854775807|HINCRBY h n 1|SET s 1|HGET s a|HSET s a 1|HDEL h b t n|EXISTS h`,
  sets: `
    SADD s a|SADD s a b|SCARD s|SCARD none|SISMEMBER s a|SISMEMBER s q|SREM s a q|SMEMBERS s|SMEMBERS none|SREM s b|EXISTS s|SET x 1|SADD x a|SMEMBERS x|SADD s`,
  transactions: `
    MULTI|SET a 1|INCR a|GET a|EXEC|EXEC|DISCARD|MULTI|MULTI|DISCARD|MULTI|SET a|EXEC|MULTI|NOSUCH|EXEC|MULTI|INCR a|LPUSH a x|EXEC|WATCH a|MULTI|GET a|EXEC|WATCH a|INCR a|MULTI|GET a|EXEC|WATCH a|UNWATCH|MULTI|EXEC|MULTI|WATCH a|DISCARD|WATCH`,
  subscriptions: `
    SUBSCRIBE a|UNSUBSCRIBE a|SUBSCRIBE a|UNSUBSCRIBE|UNSUBSCRIBE|PUNSUBSCRIBE|PSUBSCRIBE p*|PUNSUBSCRIBE p*|SUBSCRIBE|SUBSCRIBE c|PING|PING x|PING a b|RESET|PING`,
  connection: `
    PING|PING hello|PING a b|ECHO x|ECHO|SELECT 0|SELECT x|CLIENT GETNAME|CLIENT SETNAME me|CLIENT GETNAME|CLIENT SETNAME "a b"|CLIENT NOPE|CLIENT|AUTH x|AUTH default x|AUTH a b|AUTH a b c|CLIENT REPLY FOO|CLIENT KILL 1.2.3.4:5|CLIENT KILL ID abc|CLIENT KILL ID 9999999
    NOSUCH|NOSUCH a b c|GET|GET a b|SET|"" x|CONFIG GET databases|CONFIG NOPE|CONFIG SET nope 1|CONFIG GET|CLIENT GETREDIR|CLIENT NO-EVICT ON|CLIENT NO-EVICT X|COMMAND GETKEYS MSET a 1 b 2|COMMAND GETKEYS NOPE a|COMMAND GETKEYS PING a|CLIENT REPLY ON|RESET`,
};

/** Not every engine can choose a key at random. */
const isOffered = (line: string): boolean => isOnMemoryEngine() || line.trim() !== 'RANDOMKEY';

/** How replies are written does not depend on the engine. */
const PROTOCOLS = isOnMemoryEngine() ? ['2', '3'] : ['2'];

function wordsOf(line: string): string[] {
  return (line.match(/"[^"]*"|\S+/g) ?? []).map(word => (word.startsWith('"') ? word.slice(1, -1) : word));
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise(resolve => probe.close(resolve));
  return address !== null && typeof address === 'object' ? address.port : 0;
}

async function canConnect(port: number): Promise<boolean> {
  return RawClient.open(port).then(
    client => {
      client.close();
      return true;
    },
    () => false,
  );
}

test.before(async () => {
  server = await startGateway();
  if (!hasRedis) return;
  redisPort = await freePort();
  const args = ['--port', String(redisPort), '--save', '', '--appendonly', 'no', '--databases', '1'];
  redis = spawn('redis-server', args, { cwd: tmpdir(), stdio: 'ignore' });
  for (let attempt = 0; attempt < 100 && !(await canConnect(redisPort)); attempt++) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
});
test.after(async () => {
  redis?.kill('SIGKILL');
  await server.gateway.close();
});

/**
 * The reply to one command: a line that begins with + or - as it is, else what comes before the reply to a PING behind
 * it. (Between MULTI and EXEC, where PING would be queued, all replies are such lines.)
 */
async function ask(client: RawClient, words: readonly string[]): Promise<string> {
  const marker = `--${Math.random()}--`;
  const echo = `$${marker.length}\r\n${marker}\r\n`;
  client.received = '';
  client.send(encode(words));
  await until(`a reply to ${words.join(' ')}`, () => client.received.length > 0, 3000);
  if (/^[+-][^\r]*\r\n$/.test(client.received)) return client.received;
  client.send(encode(['PING', marker]));
  await until(`the end of the reply to ${words.join(' ')}`, () => client.received.endsWith(echo), 3000);
  const reply = client.received.slice(0, -echo.length);
  // What PING answers to one that listens to channels, in RESP2.
  const pong = '*2\r\n$4\r\npong\r\n';
  return reply.endsWith(pong) ? reply.slice(0, -pong.length) : reply;
}

for (const [name, script] of Object.entries(SCRIPTS)) {
  for (const protocol of PROTOCOLS) {
    withRedis(`${name}, RESP${protocol}`, async () => {
      const [ours, theirs] = [await RawClient.open(server.port), await RawClient.open(redisPort)];
      for (const client of [ours, theirs]) {
        await ask(client, ['HELLO', protocol]);
        await ask(client, ['FLUSHALL']);
      }
      const lines = script.split(/[|\n]/).filter(line => line.trim() !== '' && isOffered(line));
      for (const line of lines) {
        const words = wordsOf(line);
        const [mine, expected] = [await ask(ours, words), await ask(theirs, words)];
        assert.is(mine, expected, `${line.trim()} (RESP${protocol})`);
      }
      ours.close();
      theirs.close();
    });
  }
}

test.run();
