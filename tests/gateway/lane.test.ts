/** When the next batch leaves: large enough to be worth its price, soon enough to keep all threads at work. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LARGE_BATCH_BYTES, Lane } from '../../src/gateway/lane.js';

const rules = suite('lane');

const DEPTH = 3;

const laneWith = (...sizes: readonly number[]) => {
  const lane = new Lane<{ readonly segment: { readonly bytes: number } }>();
  for (const bytes of sizes) lane.add({ segment: { bytes } });
  return lane;
};

/** Everything that waits leaves as one batch. */
function leave(lane: ReturnType<typeof laneWith>): number {
  const bytes = lane.waiting.reduce((sum, { segment }) => sum + segment.bytes, 0);
  lane.leave([], bytes);
  return bytes;
}

rules('nothing leaves when nothing waits; with nothing under way whatever waits leaves at once', () => {
  const lane = laneWith();
  assert.is(lane.mayLeave(DEPTH), false);
  lane.add({ segment: { bytes: 1 } });
  assert.is(lane.mayLeave(DEPTH), true);
});

rules('beside a small batch another one leaves when it is as large', () => {
  const lane = laneWith(100);
  leave(lane);
  lane.add({ segment: { bytes: 99 } });
  assert.is(lane.mayLeave(DEPTH), false);
  lane.add({ segment: { bytes: 1 } });
  assert.is(lane.mayLeave(DEPTH), true);
});

rules('a third one leaves when it is as large as both under way', () => {
  const lane = laneWith(100);
  leave(lane);
  lane.add({ segment: { bytes: 100 } });
  leave(lane);
  lane.add({ segment: { bytes: 199 } });
  assert.is(lane.mayLeave(DEPTH), false);
  lane.add({ segment: { bytes: 1 } });
  assert.is(lane.mayLeave(DEPTH), true);
});

rules('a large one leaves when it is half as large as what is under way', () => {
  const lane = laneWith(2 * LARGE_BATCH_BYTES + 2);
  leave(lane);
  lane.add({ segment: { bytes: LARGE_BATCH_BYTES } });
  assert.is(lane.mayLeave(DEPTH), false);
  lane.add({ segment: { bytes: 1 } });
  assert.is(lane.mayLeave(DEPTH), true);
});

rules('no more are under way than the limit, however much waits; what has arrived makes room', () => {
  const lane = laneWith();
  const left: number[] = [];
  for (let size = 1; left.length < DEPTH; size *= 4) {
    lane.add({ segment: { bytes: size } });
    left.push(leave(lane));
  }
  lane.add({ segment: { bytes: 1_000_000 } });
  assert.is(lane.mayLeave(DEPTH), false);
  lane.arrive(left[0] ?? 0);
  assert.is(lane.mayLeave(DEPTH), true);
});

rules('what a batch had no room for waits on, and counts', () => {
  const lane = laneWith(300, 100);
  const [, rest] = lane.waiting;
  if (rest === undefined) throw new Error('two wait');
  lane.leave([rest], 300);
  assert.is(lane.mayLeave(DEPTH), false, '100 beside 300');
  lane.add({ segment: { bytes: 200 } });
  assert.is(lane.mayLeave(DEPTH), true);
});

rules.run();
