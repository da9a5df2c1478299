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
  /** After a failed write or sync: leave the node down (false), or let it recover from what is really on its disk. */
  readonly afterDiskError: boolean;
}

export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  type: 'permanent',
  intensity: 3,
  periodMs: 10_000,
  delayMs: 100,
  afterDiskError: false,
};

/** Errors that a restart cannot cure, or would hide: what the disk promised cannot be relied on, or may not be read. */
const FINAL_ERROR_CODES: ReadonlySet<string> = new Set([
  'access-denied',
  'batch-format',
  'format-unknown',
  'index-not-next',
  'log-damaged',
  'log-gap',
  'meta-damaged',
  'meta-missing',
  'snapshot-corrupt',
  'snapshot-damaged',
  'snapshot-format',
  'snapshot-missing',
  'wrong-cluster',
  'wrong-node',
]);

/** A write or sync failed: the disk may be broken, or it was a passing trouble of the machine. */
const DISK_ERROR_CODES: ReadonlySet<string> = new Set(['disk-io', 'storage-faulty']);

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
    const isDiskError = errorCode !== null && DISK_ERROR_CODES.has(errorCode);
    if (isDiskError && !this.#policy.afterDiskError) return 'give-up';
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
