/**
 * A follower comes back through a snapshot in chunks while messages are lost and the load goes on.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import { measureCatchUp } from '../../bench/storage/catch-up.js';
import { withDirectory } from './cluster-helpers.js';

const catchUp = suite('catching up by snapshot');
/** Far above what is promised: this machine may be busy with other things. The figure itself is for the bench. */
const PAUSE_LIMIT_MS = 2_000;

catchUp('a follower behind a compacted log returns with 20 % of messages lost, and writes go on', () =>
  withDirectory(async directory => {
    const result = await measureCatchUp({
      directory,
      drop: 0.2,
      stateBytes: 2 * 1024 * 1024,
      valueBytes: 4 * 1024,
      connections: 8,
      beforeMs: 0,
    });
    assert.ok(result.installed >= 1, 'it came back by log entries');
    assert.ok(result.snapshotBytes > 1024 * 1024, `${result.snapshotBytes} bytes`);
    assert.ok(result.longestPauseMs < PAUSE_LIMIT_MS, `no write for ${Math.round(result.longestPauseMs)} ms`);
  }),
);

catchUp.run();
