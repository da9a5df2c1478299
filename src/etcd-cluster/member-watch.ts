/**
 * Asks one member again and again how it is.
 *
 * @module
 */

import type { MemberPlan } from './member-plan.js';
import { MemberClient, type MemberMetrics, type MemberStatus } from './member-status.js';

const STATUS_INTERVAL_MS = 100;
const METRICS_EVERY_MS = 1_000;

export interface MemberView {
  readonly status: MemberStatus;
  readonly metrics: MemberMetrics | null;
  /** Share of a processor during the last second, at most 1. */
  readonly busy: number;
  readonly syncMs: { readonly p50: number; readonly p99: number };
}

export class MemberWatch {
  readonly client: MemberClient;
  readonly #onView: (view: MemberView) => void;
  #timer: NodeJS.Timeout | null = null;
  #isOn = false;
  #metrics: MemberMetrics | null = null;
  #metricsAtMs = Number.NEGATIVE_INFINITY;
  #busy = 0;
  #syncMs = { p50: 0, p99: 0 };

  constructor(member: MemberPlan, onView: (view: MemberView) => void) {
    this.client = new MemberClient(member);
    this.#onView = onView;
  }

  start(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    // A new life counts from nothing again.
    this.#metrics = null;
    this.#metricsAtMs = Number.NEGATIVE_INFINITY;
    void this.#look();
  }

  stop(): void {
    this.#isOn = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  close(): void {
    this.stop();
    this.client.close();
  }

  async #look(): Promise<void> {
    try {
      const status = await this.client.status();
      if (performance.now() - this.#metricsAtMs >= METRICS_EVERY_MS) await this.#measure();
      if (!this.#isOn) return;
      this.#onView({ status, metrics: this.#metrics, busy: this.#busy, syncMs: this.#syncMs });
    } catch {
      // A member that starts, stands still or is gone says nothing: what it said last is shown, as old as it is.
    }
    if (this.#isOn) this.#timer = setTimeout(() => void this.#look(), STATUS_INTERVAL_MS);
  }

  async #measure(): Promise<void> {
    const before = this.#metrics;
    const elapsedMs = performance.now() - this.#metricsAtMs;
    const metrics = await this.client.metrics();
    this.#metrics = metrics;
    this.#metricsAtMs = performance.now();
    if (before === null) return;
    const share = ((metrics.cpuSeconds - before.cpuSeconds) * 1_000) / elapsedMs;
    this.#busy = Math.min(1, Math.max(0, share));
    this.#syncMs = { p50: syncMs(before, metrics, 0.5), p99: syncMs(before, metrics, 0.99) };
  }
}

/** Upper bound of the time that the given share of the syncs between two looks took; 0: there were none. */
function syncMs(before: MemberMetrics, after: MemberMetrics, share: number): number {
  const counts = after.syncs.map(([bound, count], place) => {
    const [, old = 0] = before.syncs[place] ?? [];
    return [bound, count - old] as const;
  });
  const total = counts.at(-1)?.[1] ?? 0;
  if (total <= 0) return 0;
  const [bound = 0] = counts.find(([, count]) => count >= total * share) ?? [];
  const [largest = 0] = counts.findLast(([each]) => Number.isFinite(each)) ?? [];
  return 1_000 * (Number.isFinite(bound) ? bound : largest);
}
