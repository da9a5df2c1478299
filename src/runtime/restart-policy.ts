/**
 * When a node whose thread ended is started again: the rules of an Erlang/OTP supervisor.
 *
 * @module
 */

/** `permanent`: always; `transient`: after a crash only; `temporary`: never. */
export type RestartType = 'permanent' | 'transient' | 'temporary';

export interface RestartPolicy {
  readonly type: RestartType;
  /** More than `intensity` restarts within `periodMs` mean that restarting does not help. */
  readonly intensity: number;
  readonly periodMs: number;
  /** Pause before a restart, so that a node failing at once does not occupy a processor. */
  readonly delayMs: number;
}

export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  type: 'permanent',
  intensity: 3,
  periodMs: 10_000,
  delayMs: 100,
};

/** Errors that a restart cannot cure, or would hide: what the disk promised cannot be relied on. */
const FINAL_ERROR_CODES: ReadonlySet<string> = new Set([
  'apply-failed',
  'disk-io',
  'format-unknown',
  'log-damaged',
  'log-gap',
  'meta-damaged',
  'meta-missing',
  'snapshot-damaged',
  'snapshot-missing',
  'storage-faulty',
  'wrong-cluster',
  'wrong-node',
]);

export type RestartDecision = 'restart' | 'leave-down' | 'give-up';

/** Counts the restarts of one node. */
export class RestartHistory {
  readonly #policy: RestartPolicy;
  #restartedAtMs: number[] = [];

  constructor(policy: RestartPolicy) {
    this.#policy = policy;
  }

  /** `errorCode` null: the thread ended without an error. `restart` counts as one. */
  decide(nowMs: number, errorCode: string | null): RestartDecision {
    if (errorCode !== null && FINAL_ERROR_CODES.has(errorCode)) return 'give-up';
    if (this.#policy.type === 'temporary') return 'leave-down';
    if (this.#policy.type === 'transient' && errorCode === null) return 'leave-down';
    const since = nowMs - this.#policy.periodMs;
    this.#restartedAtMs = this.#restartedAtMs.filter(atMs => atMs > since);
    if (this.#restartedAtMs.length >= this.#policy.intensity) return 'give-up';
    this.#restartedAtMs.push(nowMs);
    return 'restart';
  }

  /** A user who revives a node gives it a fresh start. */
  forgive(): void {
    this.#restartedAtMs = [];
  }
}
