/**
 * Election timeouts are drawn evenly from the range of the config, both ends included.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import { resolveOptions } from '../../src/node/driver-options.js';
import { ElectionWatch } from '../../src/node/election-watch.js';
import { nodeIndex } from '../../src/node/peer-id.js';
import { raftId } from '../../src/raft/ids.js';

const watch = suite('election watch');

const base = {
  node: nodeIndex(0),
  raftId: raftId(1),
  epoch: 1,
  tickMs: 10,
  electionTicks: 30,
  heartbeatTicks: 5,
};

watch('the smallest and the largest timeout are drawn, and nothing outside', () => {
  let drawn = 0;
  const elections = new ElectionWatch(3, () => (drawn++ % 100) / 100, 5);
  const timeouts = Array.from({ length: 100 }, () => elections.draw());
  assert.deepEqual([...new Set(timeouts)].sort(), [3, 4, 5]);
});

watch('a range of one value always draws it', () => {
  const elections = new ElectionWatch(7, () => 0.999, 7);
  assert.equal(elections.draw(), 7);
});

watch('without a largest timeout it is the usual 2E - 1', () => {
  assert.equal(resolveOptions(base).electionTicksMax, 59);
  assert.equal(resolveOptions({ ...base, electionTicksMax: 30 }).electionTicksMax, 30);
});

watch('a largest timeout below the smallest is refused', () => {
  assert.throws(() => resolveOptions({ ...base, electionTicksMax: 29 }), { code: 'invalid-option' });
});

watch.run();
