/**
 * The etcd engine answers as the state machine by itself does, whatever the commands and however they are cut into
 * batches. Part of `etcd-gateway.test.ts`.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_OFFERED } from '../../src/engine/etcd/offer.js';
import { commandNamed } from '../../src/kv/commands/table.js';
import { isErrorReply } from '../../src/kv/reply.js';
import { AGREED_COMMANDS } from '../kv/agreed-commands.js';
import { comparable } from '../kv/comparable.js';
import { randomCommands, seededDraw } from '../kv/random-commands.js';
import { Replica, type Words } from '../kv/replica.js';
import { EngineClient, repliesOf } from './engine-client.js';
import { openEngine } from './etcd-setup.js';

const test = suite('commands on etcd answer as on a replica');
const RANDOM_COMMANDS = 800;
const MOST_IN_BATCH = 40;
const SEED = Number(process.env.AGREEMENT_SEED ?? Date.now() % 1_000_000);

/** SCAN's cursors and the order of KEYS are each engine's own. */
const OWN: ReadonlySet<string> = new Set([...NOT_OFFERED.keys(), 'scan', 'keys']);
/** Time passes on etcd, and stands still on the replica. */
const LEFT_TO_LIVE: ReadonlySet<string> = new Set(['ttl', 'pttl', 'expiretime', 'pexpiretime']);

const nameOf = ([name = '']: Words): string => name.toLowerCase();

/** Whether both must answer the same, however long it takes. */
function isShared(words: Words): boolean {
  const comparesDeadlines = /expire/.test(nameOf(words)) && words.some(word => /^(gt|lt)$/i.test(word));
  return commandNamed(nameOf(words)) !== undefined && !OWN.has(nameOf(words)) && !comparesDeadlines;
}

async function agree(commands: readonly Words[], draw: (bound: number) => number): Promise<void> {
  const store = new EngineClient(await openEngine());
  const replica = new Replica();
  for (let at = 0; at < commands.length; ) {
    const batch = commands.slice(at, at + 1 + draw(MOST_IN_BATCH));
    const replies = repliesOf(await store.writeWords(batch));
    for (const [index, words] of batch.entries()) {
      const expected = comparable(words, replica.run(...words));
      if (LEFT_TO_LIVE.has(nameOf(words))) continue;
      const reply = replies[index] ?? null;
      const shown = isErrorReply(reply) ? reply.text : words.join(' ');
      assert.equal(comparable(words, reply), expected, `${words.join(' ')} (seed ${SEED}): ${shown}`);
    }
    at += batch.length;
  }
}

for (const [topic, commands] of Object.entries(AGREED_COMMANDS)) {
  test(topic, () => agree(commands.filter(isShared), seededDraw(SEED)));
}

test(`random commands, seed ${SEED}`, () =>
  agree(randomCommands(SEED, RANDOM_COMMANDS).filter(isShared), seededDraw(SEED)));

test.run();
