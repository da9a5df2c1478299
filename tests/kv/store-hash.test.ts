/**
 * The hash of the content says what the content is, whenever it is asked for.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import { Restorer } from '../../src/kv/snapshot-restorer.js';
import { StateMachine } from '../../src/kv/state-machine.js';
import { Store } from '../../src/kv/store.js';
import { randomCommands, seededDraw } from './random-commands.js';
import { Replica, takeChunks, type Words } from './replica.js';

const hashes = suite('store hash');

/** Of a state built anew from the content: every entry is hashed for itself. */
function hashAnew(machine: StateMachine): string {
  const restorer = new Restorer();
  for (const chunk of takeChunks(machine, 1 << 20)) restorer.push(chunk);
  return new StateMachine(restorer.finish()).hash();
}

hashes('replicas that ask for it at different times agree, and agree with a state built anew', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const draw = seededDraw(seed);
    const [often, never, sometimes] = [new Replica(), new Replica(), new Replica()];
    for (const words of randomCommands(seed, 1_500)) {
      for (const replica of [often, never, sometimes]) replica.run(...words);
      often.machine.hash();
      if (draw(40) === 0) assert.equal(sometimes.machine.hash(), often.machine.hash(), `seed ${seed}`);
    }
    assert.equal(never.machine.hash(), often.machine.hash(), `seed ${seed}`);
    assert.equal(hashAnew(never.machine), often.machine.hash(), `seed ${seed}`);
  }
});

const set = (key: number, value: number): Words => ['set', `key:${key}`, `value ${value}`];

hashes('more keys change between two questions than may wait', () => {
  const [one, other] = [new Replica(), new Replica()];
  const rounds = [40_000, 50_000, 300, 20_000];
  for (const [round, keys] of rounds.entries()) {
    for (let from = 0; from < keys; from += 1_000) {
      const commands = Array.from({ length: 1_000 }, (_, i) => set((from + i) % keys, round));
      one.runAll(commands);
      other.runAll(commands);
      other.machine.hash();
    }
    assert.equal(one.machine.hash(), other.machine.hash());
  }
  assert.equal(hashAnew(one.machine), one.machine.hash());
});

hashes('what leaves while it waits does not count, and what comes again does', () => {
  const store = new Store();
  const put = (key: string, value: string): void => store.remove(store.put(key, value));
  put('a', '1');
  assert.deepEqual(store.hash(), { high: 0, low: 0 });
  store.put('a', '1');
  store.put('b', '2');
  assert.notDeepEqual(store.hash(), { high: 0, low: 0 });
  store.put('b', '3');
  store.clear();
  put('b', '4');
  assert.deepEqual(store.hash(), { high: 0, low: 0 });
});

hashes('an entry that is counted while it changes is counted again when it has', () => {
  const [one, other] = [new Store(), new Store()];
  for (const store of [one, other]) {
    const entry = store.put('list', 'old');
    store.beforeChange(entry);
    entry.value = 'half';
    if (store === one) one.hash();
    entry.value = 'new';
    entry.isValueHashed = false;
    store.afterChange(entry);
  }
  assert.deepEqual(one.hash(), other.hash());
});

hashes.run();
