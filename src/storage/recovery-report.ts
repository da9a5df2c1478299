/**
 * What recovery found and put right; nothing of it lost anything that was promised.
 *
 * @module
 */
import type { DamagePlace } from './storage-error.js';

export interface RecoveryReport {
  readonly code:
    | 'meta-repaired'
    | 'torn-tail'
    | 'segment-discarded'
    | 'leftover-removed'
    | 'temporary-removed'
    | 'snapshot-ahead'
    | 'snapshot-damaged'
    | 'term-raised';
  readonly message: string;
  readonly place: DamagePlace;
}
