/**
 * Sleeping nodes are woken in time, once, and not while their leader lives.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import { raftId } from '../../src/raft/ids.js';
import { createNodeFlags, NodeFlags } from '../../src/runtime/node-flags.js';
import { type Sleeper, SleepWatch } from '../../src/runtime/sleep-watch.js';
import { until } from './echo-process.js';

const watching = suite('sleep watch');

const INTERVAL_MS = 30;
const quiet = { leader: raftId(1), term: 3 };

interface Setup {
  readonly watch: SleepWatch;
  readonly flags: NodeFlags;
  readonly sleeper: Sleeper;
  wakes: number;
  looks: number;
}

function setUp(): Setup {
  const flags = new NodeFlags(createNodeFlags());
  const setup: Setup = {
    flags,
    wakes: 0,
    looks: 0,
    sleeper: {
      flags,
      wake: () => {
        setup.wakes += 1;
      },
    },
    watch: new SleepWatch(INTERVAL_MS, (action, delayMs) => {
      setup.looks += 1;
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    }),
  };
  return setup;
}

watching('nobody is promised to be woken before there is a watch, nor from a short sleep', () => {
  const { watch, flags, sleeper } = setUp();
  assert.equal(flags.sleep(1_000), false);
  assert.equal(flags.wakeDueInMs(INTERVAL_MS), null);
  watch.add(sleeper);
  assert.equal(flags.sleep(INTERVAL_MS - 1), false);
  assert.equal(flags.wakeDueInMs(INTERVAL_MS), null);
  assert.equal(flags.sleep(INTERVAL_MS), true);
  watch.dispose();
});

watching('a node is woken when it wants to be, not before, and once', async () => {
  const setup = setUp();
  setup.watch.add(setup.sleeper);
  const startedMs = performance.now();
  assert.ok(setup.flags.sleep(80));
  await until('it is woken', () => setup.wakes > 0);
  assert.ok(performance.now() - startedMs >= 79, `${performance.now() - startedMs} ms`);
  await sleep(3 * INTERVAL_MS);
  assert.equal(setup.wakes, 1);
  setup.watch.dispose();
});

watching('who has set its alarm anew, or has woken by itself, is left alone', async () => {
  const setup = setUp();
  setup.watch.add(setup.sleeper);
  for (let i = 0; i < 6; i++) {
    setup.flags.sleep(10_000);
    await sleep(INTERVAL_MS);
  }
  setup.flags.sleep(0);
  await sleep(2 * INTERVAL_MS);
  assert.equal(setup.wakes, 0);
  setup.watch.dispose();
});

watching('while the leader is heard quietly the node sleeps on; when it is not, it is woken', async () => {
  const setup = setUp();
  const { flags } = setup;
  setup.watch.add(setup.sleeper);
  flags.follow(quiet.leader, quiet.term);
  flags.sleep(INTERVAL_MS);
  flags.tellHeartbeat(quiet);
  const dueInMs = flags.wakeDueInMs(60_000) ?? 0;
  assert.ok(dueInMs > 50_000 && dueInMs <= 60_000, `${dueInMs} ms`);
  await until('nothing more is heard, and it is woken', () => setup.wakes > 0);
  assert.equal(flags.wakeDueInMs(60_000), null);
  setup.watch.dispose();
});

watching('a heartbeat heard long before the sleep changes nothing', () => {
  const { watch, flags, sleeper } = setUp();
  watch.add(sleeper);
  flags.follow(quiet.leader, quiet.term);
  flags.tellHeartbeat(quiet);
  flags.sleep(500);
  const dueInMs = flags.wakeDueInMs(INTERVAL_MS) ?? 0;
  assert.ok(dueInMs > 400 && dueInMs <= 500, `${dueInMs} ms`);
  watch.dispose();
});

watching('the watch looks seldom, and not at all once it is disposed of', async () => {
  const setup = setUp();
  setup.watch.add(setup.sleeper);
  const startedMs = performance.now();
  await sleep(10 * INTERVAL_MS);
  const elapsedMs = performance.now() - startedMs;
  assert.ok(setup.looks <= elapsedMs / (INTERVAL_MS - 1) + 2, `${setup.looks} looks in ${elapsedMs} ms`);
  setup.watch.dispose();
  const { looks } = setup;
  await sleep(3 * INTERVAL_MS);
  assert.equal(setup.looks, looks);
});

watching('who has ended is woken no more', async () => {
  const setup = setUp();
  setup.watch.add(setup.sleeper);
  setup.flags.sleep(40);
  setup.watch.remove(setup.sleeper);
  await sleep(4 * INTERVAL_MS);
  assert.equal(setup.wakes, 0);
  setup.watch.dispose();
});

watching.run();
