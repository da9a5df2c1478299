/**
 * The replies of a real Redis 7 to `AGREED_COMMANDS`, kept in a file, so that they are compared where no Redis is
 * installed. After a change to the commands: `node dist/tests/kv/record-replies.js`.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { AGREED_COMMANDS } from './agreed-commands.js';
import { type Comparable, comparable } from './comparable.js';
import type { RedisProcess } from './redis-process.js';
import type { Words } from './replica.js';

export const RECORDING = new URL('../../../tests/kv/redis-7-replies.json', import.meta.url);

/** By topic, one reply for each command. */
export type Recording = Readonly<Record<string, readonly Comparable[]>>;

export function readRecording(): Recording {
  return JSON.parse(readFileSync(RECORDING, 'utf8'));
}

export async function askAll(redis: RedisProcess, commands: readonly Words[]): Promise<Comparable[]> {
  await redis.call(['FLUSHALL']);
  const replies: Comparable[] = [];
  for (const words of commands) replies.push(comparable(words, await redis.call(words)));
  return replies;
}

export async function record(redis: RedisProcess): Promise<Recording> {
  const recording: Record<string, Comparable[]> = {};
  for (const [topic, commands] of Object.entries(AGREED_COMMANDS)) {
    recording[topic] = await askAll(redis, commands);
  }
  return recording;
}
