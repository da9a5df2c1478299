/**
 * Asks again and again whether a condition holds.
 *
 * A check may take long (a write that is never acknowledged), so a new one begins at every interval whether
 * or not those before have ended; the number under way is bounded.
 *
 * @module
 */
import type { Observation } from './check-condition.js';

export interface PollClock {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const INTERVAL_MS = 25;
/** At this many the next check waits for one to end. */
const MAX_UNDER_WAY = 40;

export interface PollResult {
  readonly holds: boolean;
  readonly seen: string;
  readonly elapsedMs: number;
}

export interface PollOptions {
  readonly check: () => Promise<Observation>;
  readonly ms: number;
  /** What ends it early: the first check that holds, or the first that does not. */
  readonly until: 'holds' | 'fails';
  readonly clock: PollClock;
}

/** Answers what ended it, or, after the time, the last observation. @throws what `check` throws */
export const poll = async (options: PollOptions): Promise<PollResult> => {
  const { check, ms, until, clock } = options;
  const startedAt = clock.now();
  const elapsed = () => clock.now() - startedAt;
  let last: Observation = { holds: until === 'fails', seen: 'no answer in this time' };
  let decided: PollResult | null = null;
  let failure: { readonly error: unknown } | null = null;
  let underWay = 0;
  const runCheck = async (): Promise<void> => {
    underWay++;
    try {
      const observation = await check();
      if (decided !== null || elapsed() > ms) return;
      last = observation;
      if (observation.holds === (until === 'holds')) {
        decided = { ...observation, elapsedMs: elapsed() };
      }
    } catch (error) {
      failure ??= { error };
    } finally {
      underWay--;
    }
  };
  while (elapsed() <= ms) {
    const began = underWay < MAX_UNDER_WAY ? runCheck() : null;
    const pause = clock.sleep(Math.max(1, Math.min(INTERVAL_MS, ms - elapsed())));
    await (began === null ? pause : Promise.race([began, pause]));
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
    if (decided !== null) return decided;
    await pause;
    if (decided !== null) return decided;
  }
  return { ...last, elapsedMs: elapsed() };
};
