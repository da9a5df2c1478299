/**
 * What one more snapshot makes of what is shown.
 *
 * @module
 */
import type { ClusterStatus } from '../src/runtime/status.js';
import { nextRates } from './link-rates.js';
import { addSample } from './samples.js';
import type { Picture } from './state.js';

export const NO_PICTURE: Picture = { status: null, samples: [], rates: null, leaderSinceMs: 0 };

export function nextPicture(before: Picture, status: ClusterStatus): Picture {
  const isSameLeader = before.status !== null && before.status.leader === status.leader;
  return {
    status,
    samples: addSample(before.samples, status),
    rates: nextRates(before.rates, status),
    leaderSinceMs: isSameLeader ? before.leaderSinceMs : status.atMs,
  };
}
