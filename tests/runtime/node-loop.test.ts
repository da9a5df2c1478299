/**
 * A node's turns and ticks: inputs of one round together, ticks at the pace of the node's own clock.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { suite } from 'uvu';
import { NodeClock } from '../../src/runtime/node-clock.js';
import { createNodeFlags, NodeFlags } from '../../src/runtime/node-flags.js';
import { NodeLoop } from '../../src/runtime/node-loop.js';
import { until } from './echo-process.js';

const loop = suite('node loop');

const GRACE_TICKS = 2;

interface Setup {
  readonly loop: NodeLoop;
  readonly clock: NodeClock;
  readonly flags: NodeFlags;
  readonly shared: SharedArrayBuffer;
  turns: number;
  ticks: number;
  quietTicks: number;
  turnDueMs: number;
  heardAgoMs: number | null;
  /** Turns that still say there is more to do. */
  more: number;
  /** Called in the turn. */
  onTurn: () => void;
}

function setUp(tickMs = 5): Setup {
  const clock = new NodeClock({ offsetMs: 0, rate: 1 });
  const shared = createNodeFlags();
  const flags = new NodeFlags(shared);
  const setup: Setup = {
    turns: 0,
    ticks: 0,
    more: 0,
    quietTicks: 1,
    turnDueMs: Number.POSITIVE_INFINITY,
    heardAgoMs: null,
    clock,
    flags,
    shared,
    onTurn: () => {},
    loop: new NodeLoop(flags, clock, tickMs, GRACE_TICKS, {
      turn: () => {
        setup.turns++;
        setup.onTurn();
        setup.more--;
        return setup.more > 0;
      },
      tick: count => {
        setup.ticks += count;
      },
      quietTicks: () => setup.quietTicks,
      turnDueMs: () => setup.turnDueMs,
      heardAgoMs: () => setup.heardAgoMs,
      onPaused: () => {},
    }),
  };
  return setup;
}

loop('many inputs make one turn', async () => {
  const setup = setUp();
  for (let i = 0; i < 10; i++) setup.loop.wake();
  assert.equal(setup.turns, 0, 'never from within the input');
  await sleep(5);
  assert.equal(setup.turns, 1);
});

loop('turns go on while there is more to do', async () => {
  const setup = setUp();
  setup.more = 4;
  setup.loop.wake();
  await sleep(10);
  assert.equal(setup.turns, 4);
});

loop('ticks come at the pace of the node’s clock', async () => {
  const setup = setUp(10);
  setup.clock.set({ offsetMs: 0, rate: 4 });
  const startedMs = setup.clock.monotonicMs();
  setup.loop.start(0.5);
  try {
    await until('20 ticks', () => setup.ticks >= 20);
    const elapsedMs = setup.clock.monotonicMs() - startedMs;
    assert.ok(setup.ticks <= elapsedMs / 10 + 1, `${setup.ticks} ticks in ${elapsedMs} ms`);
    setup.clock.set({ offsetMs: 0, rate: 0 });
    setup.loop.clockChanged();
    const before = setup.ticks;
    await sleep(60);
    assert.ok(setup.ticks - before <= 1, 'a stopped clock does not tick');
  } finally {
    setup.loop.stop();
  }
});

loop('ticks missed while the thread was busy are not made up for', async () => {
  const setup = setUp(5);
  setup.loop.start(0);
  try {
    await until('a tick', () => setup.ticks > 0);
    const before = setup.ticks;
    const busyUntilMs = performance.now() + 100;
    while (performance.now() < busyUntilMs);
    await sleep(1);
    assert.ok(setup.ticks - before <= 2, `${setup.ticks - before} ticks`);
  } finally {
    setup.loop.stop();
  }
});

loop(
  'quiet ticks come together, in one turn and none too early; an input brings those that are due',
  async () => {
    const setup = setUp(10);
    setup.quietTicks = 5;
    const startedMs = performance.now();
    setup.loop.start(0);
    try {
      await until('15 ticks', () => setup.ticks >= 15);
      assert.ok(setup.ticks <= (performance.now() - startedMs) / 10 + 2, 'no tick before its time');
      assert.ok(setup.turns <= 6, `${setup.turns} turns for ${setup.ticks} ticks`);
      const before = setup.ticks;
      await sleep(25);
      setup.loop.wake();
      await until('ticks with the input', () => setup.ticks > before);
      assert.ok(setup.ticks - before <= 5);
    } finally {
      setup.loop.stop();
    }
  },
);

loop(
  'time slept as planned counts when another node is heard: a follower knows for how long it has heard no leader',
  async () => {
    const setup = setUp(5);
    setup.quietTicks = 1_000;
    setup.loop.start(0);
    try {
      await until('the first turn', () => setup.turns > 0);
      const before = setup.ticks;
      await sleep(60);
      const turns = setup.turns;
      setup.loop.heard();
      await until('a turn', () => setup.turns > turns);
      assert.ok(setup.ticks - before > GRACE_TICKS, `${setup.ticks - before} ticks`);
    } finally {
      setup.loop.stop();
    }
  },
);

loop('a turn that is wanted before the next tick comes in time, without a tick', async () => {
  const setup = setUp(10_000);
  setup.turnDueMs = setup.clock.monotonicMs() + 20;
  setup.loop.start(0.9);
  try {
    setup.loop.wake();
    await until('the first turn', () => setup.turns === 1);
    await until('the turn that is wanted', () => setup.turns > 1);
    assert.ok(setup.clock.monotonicMs() >= setup.turnDueMs - 1, 'not before its time');
    assert.equal(setup.ticks, 0);
    setup.turnDueMs = Number.POSITIVE_INFINITY;
  } finally {
    setup.loop.stop();
  }
});

loop('a thread that stood still has time to hear what waits for it before the last tick comes', async () => {
  const setup = setUp(5);
  setup.loop.start(0);
  try {
    setup.quietTicks = 10;
    await until('a turn', () => setup.turns > 0);
    const before = setup.ticks;
    const turns = setup.turns;
    const busyUntilMs = performance.now() + 200;
    while (performance.now() < busyUntilMs);
    await until('a turn', () => setup.turns > turns);
    assert.equal(setup.ticks - before, 10 - GRACE_TICKS);
  } finally {
    setup.loop.stop();
  }
});

loop(
  'time that a turn takes does not count, but for the grace: nothing could be heard meanwhile',
  async () => {
    const setup = setUp(5);
    setup.loop.start(0);
    try {
      setup.quietTicks = 40;
      await until('a turn', () => setup.turns > 0);
      setup.onTurn = () => {
        setup.onTurn = () => {};
        const busyUntilMs = performance.now() + 100;
        while (performance.now() < busyUntilMs);
      };
      setup.loop.wake();
      await until('the long turn', () => setup.turns > 1);
      const { ticks, turns } = setup;
      setup.loop.heard();
      await until('a turn', () => setup.turns > turns);
      assert.ok(setup.ticks - ticks <= 12, `${setup.ticks - ticks} ticks in a turn of 20`);
    } finally {
      setup.loop.stop();
    }
  },
);

loop('the time of a pause does not count', async () => {
  const setup = setUp(5);
  setup.loop.start(0);
  try {
    setup.quietTicks = 40;
    await until('a turn', () => setup.turns > 0);
    const { ticks, turns } = setup;
    setup.flags.pause();
    const resumer = new Worker(
      `const { workerData } = require('node:worker_threads');
       setTimeout(() => { const words = new Int32Array(workerData); Atomics.add(words, 0, 1); Atomics.notify(words, 0); }, 150);`,
      { eval: true, workerData: setup.shared },
    );
    setup.loop.checkPause();
    setup.loop.heard();
    await until('a turn', () => setup.turns > turns);
    assert.ok(setup.ticks - ticks <= 15, `${setup.ticks - ticks} ticks in a pause of 30`);
    await resumer.terminate();
  } finally {
    setup.loop.stop();
  }
});

loop('who is woken from long sleeps sets no timer, and takes its ticks when it is woken', async () => {
  const setup = setUp(5);
  setup.flags.promiseWake(50);
  setup.quietTicks = 40;
  setup.loop.start(0);
  try {
    await until('a turn', () => setup.turns > 0);
    const { ticks } = setup;
    assert.notEqual(setup.flags.wakeDueInMs(50), null);
    await sleep(280);
    assert.equal(setup.turns, 1);
    setup.loop.wake();
    await until('a turn', () => setup.turns > 1);
    assert.ok(setup.ticks - ticks >= 40 - GRACE_TICKS, `${setup.ticks - ticks} ticks`);
    setup.quietTicks = 2;
    setup.loop.wake();
    await until('a short sleep ends by itself', () => setup.turns > 4);
    assert.equal(setup.flags.wakeDueInMs(50), null);
  } finally {
    setup.loop.stop();
  }
});

loop('of a leader heard without a message only the time since then counts', async () => {
  const setup = setUp(5);
  setup.quietTicks = 8;
  setup.heardAgoMs = 12;
  setup.loop.start(0);
  try {
    await until('two turns by the clock', () => setup.turns >= 2);
    assert.ok(setup.ticks <= 2 * setup.turns, `${setup.ticks} ticks in ${setup.turns} turns`);
  } finally {
    setup.loop.stop();
  }
});

loop('a wait that gets shorter wakes the node sooner', async () => {
  const setup = setUp(10);
  setup.quietTicks = 9;
  setup.loop.start(0);
  try {
    await until('a turn', () => setup.turns > 0);
    setup.quietTicks = 1;
    setup.loop.wake();
    await sleep(45);
    assert.ok(setup.ticks >= 3, `${setup.ticks} ticks`);
  } finally {
    setup.loop.stop();
  }
});

loop('after stop nothing runs', async () => {
  const setup = setUp();
  setup.loop.start(0);
  setup.loop.wake();
  setup.loop.stop();
  setup.loop.wake();
  await sleep(20);
  assert.deepEqual([setup.turns, setup.ticks], [0, 0]);
});

loop.run();
