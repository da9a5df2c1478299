/**
 * What passes over each link now, from the counters of two snapshots.
 *
 * @module
 */
import type { ClusterStatus, LinkStatus } from '../src/runtime/status.js';

export interface LinkRate {
  readonly messagesPerSecond: number;
  readonly droppedPerSecond: number;
  /** A message was dropped since the snapshot before. */
  readonly isDropping: boolean;
}

export interface LinkRates {
  readonly rates: readonly LinkRate[];
  /** The snapshot the rates are counted from. */
  readonly base: ClusterStatus;
  readonly previous: ClusterStatus;
}

const WINDOW_MS = 1000;

function rate(now: LinkStatus, base: LinkStatus | undefined, seconds: number) {
  const sent = now.counters.sent - (base?.counters.sent ?? 0);
  const dropped = now.counters.dropped - (base?.counters.dropped ?? 0);
  return {
    messagesPerSecond: Math.max(0, Math.round(sent / seconds)),
    droppedPerSecond: Math.max(0, Math.round(dropped / seconds)),
  };
}

/** Rates change once a second, so that the numbers can be read; drops show at once. */
export function nextRates(before: LinkRates | null, status: ClusterStatus): LinkRates {
  if (before === null || before.rates.length !== status.links.length) {
    const rates = status.links.map(() => ({ messagesPerSecond: 0, droppedPerSecond: 0, isDropping: false }));
    return { rates, base: status, previous: status };
  }
  const elapsedMs = status.atMs - before.base.atMs;
  const isWindowOver = elapsedMs >= WINDOW_MS;
  const rates = status.links.map((link, index) => {
    const droppedBefore = before.previous.links[index]?.counters.dropped ?? 0;
    const isDropping = link.counters.dropped > droppedBefore;
    const kept = before.rates[index];
    if (!isWindowOver && kept !== undefined) return { ...kept, isDropping };
    return { ...rate(link, before.base.links[index], elapsedMs / 1000), isDropping };
  });
  return { rates, base: isWindowOver ? status : before.base, previous: status };
}
