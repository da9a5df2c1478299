/**
 * The time at which a key expires, as the id of the lease it hangs on.
 *
 * etcd counts leases in whole seconds and begins anew when its leader changes; so the id itself carries the deadline in
 * milliseconds, and a key comes with the id of its lease. etcd removes the key a little later than that; until then the
 * gateway does not see it any more. Keys with the same deadline share a lease. A lease is never revoked: some other
 * gateway could be about to use it.
 *
 * ```
 * 63 bits = 19 bits MARK, 44 bits deadline in ms since 1970 (until the year 2527)
 * ```
 *
 * @module
 */

const DEADLINE_BITS = 44n;
const MARK = 0x5a3c7n;
/** Later ones cannot be carried. */
export const MAX_DEADLINE_MS = 2 ** Number(DEADLINE_BITS) - 1;
/** How much later than the deadline, by clocks that run alike, etcd may remove the key at the earliest. */
const SLACK_SECONDS = 1;
/** etcd grants nothing longer. */
const MAX_TTL_SECONDS = 9_000_000_000;

/** Of a key without deadline. */
export const NO_LEASE = '0';

/** @param deadlineMs whole, up to `MAX_DEADLINE_MS` */
export function leaseOfDeadline(deadlineMs: number): string {
  return ((MARK << DEADLINE_BITS) | BigInt(deadlineMs)).toString();
}

/** Null: not a lease of ours. */
export function deadlineOfLease(lease: string): number | null {
  const id = BigInt(lease);
  return id >> DEADLINE_BITS === MARK ? Number(id & ((1n << DEADLINE_BITS) - 1n)) : null;
}

/** How long the lease of a deadline is granted, in seconds. */
export function secondsToLive(deadlineMs: number, nowMs: number): number {
  return Math.min(MAX_TTL_SECONDS, Math.max(1, Math.ceil((deadlineMs - nowMs) / 1000)) + SLACK_SECONDS);
}
