/**
 * Replies equal those of Redis 7, command by command, where both are expected to agree: recorded ones, and where a
 * redis-server is installed, its own.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AGREED_COMMANDS } from './agreed-commands.js';
import { type Comparable, comparable } from './comparable.js';
import { randomCommands } from './random-commands.js';
import { askAll, readRecording, record } from './recorded-replies.js';
import { isRedisInstalled, RedisProcess } from './redis-process.js';
import { Replica, type Words } from './replica.js';

const PORT = 7300;
const RANDOM_COMMANDS = 4000;
const RANDOM_SEED = 20_240_229;

function expectReplies(commands: readonly Words[], expected: readonly Comparable[]): void {
  assert.is(expected.length, commands.length, 'replies recorded for other commands');
  const replica = new Replica();
  for (const [i, words] of commands.entries()) {
    assert.equal(comparable(words, replica.run(...words)), expected[i], words.join(' '));
  }
}

for (const [topic, commands] of Object.entries(AGREED_COMMANDS)) {
  test(`${topic}: as Redis 7 was recorded`, () => {
    expectReplies(commands, readRecording()[topic] ?? []);
  });
}

if (isRedisInstalled()) {
  let redis: RedisProcess;
  test.before(async () => {
    redis = await RedisProcess.start(PORT);
  });
  test.after(() => redis.stop());

  test('the recording is what the installed redis-server answers', async () => {
    assert.equal(readRecording(), await record(redis));
  });

  test('random commands: as the installed redis-server answers', async () => {
    const commands = randomCommands(RANDOM_SEED, RANDOM_COMMANDS);
    expectReplies(commands, await askAll(redis, commands));
  });
} else {
  test.skip('comparison with an installed redis-server 7: there is none', () => undefined);
}

test.run();
