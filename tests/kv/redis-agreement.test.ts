/**
 * Replies equal those of a real Redis 7, command by command, where both are expected to agree.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isArrayReply, type Reply } from '../../src/kv/reply.js';
import { AGREED_COMMANDS } from './agreed-commands.js';
import { randomCommands } from './random-commands.js';
import { isRedisInstalled, RedisProcess } from './redis-process.js';
import { Replica, type Words } from './replica.js';

const PORT = 7300;
const RANDOM_COMMANDS = 4000;

/** One form for what may differ: order within sets, maps and KEYS, and RESP3's only null. */
function comparable(words: Words, reply: Reply): unknown {
  if (typeof reply === 'bigint') return String(reply);
  if (typeof reply !== 'object' || reply === null) return reply;
  if (isArrayReply(reply)) {
    const items = reply.map(item => comparable(words, item));
    return /^(keys|hkeys|hvals)$/i.test(words[0] ?? '') ? items.map(String).sort() : items;
  }
  if (reply.kind === 'null-array') return null;
  if (reply.kind === 'set') return { set: reply.items.map(String).sort() };
  if (reply.kind === 'map') {
    const pairs: string[] = [];
    for (let i = 0; i < reply.items.length; i += 2) {
      pairs.push(JSON.stringify(comparable(words, reply.items.slice(i, i + 2))));
    }
    return { map: pairs.sort() };
  }
  return reply;
}

async function compareAll(redis: RedisProcess, commands: readonly Words[]): Promise<void> {
  const replica = new Replica();
  await redis.call(['FLUSHALL']);
  for (const words of commands) {
    const expected = comparable(words, await redis.call(words));
    replica.nowMs = Date.now();
    assert.equal(comparable(words, replica.run(...words)), expected, words.join(' '));
  }
}

if (isRedisInstalled()) {
  let redis: RedisProcess;
  test.before(async () => {
    redis = await RedisProcess.start(PORT);
  });
  test.after(() => redis.stop());

  for (const [title, commands] of Object.entries(AGREED_COMMANDS)) {
    test(`${title}: as redis-server answers`, () => compareAll(redis, commands));
  }

  test('random commands: as redis-server answers', () =>
    compareAll(redis, randomCommands(20_240_229, RANDOM_COMMANDS)));
} else {
  test.skip('comparison with redis-server 7: it is not installed', () => undefined);
}

test.run();
