/**
 * One entry of the replicated log.
 *
 * `normal` carries opaque bytes (empty: the leader's no-op at the start of its term); `conf-change` and
 * `conf-change-v2` carry an encoded membership change (`conf-change.ts`).
 *
 * @module
 */
export type EntryType = 'normal' | 'conf-change' | 'conf-change-v2';

export interface Entry {
  readonly index: number;
  readonly term: number;
  readonly type: EntryType;
  readonly data: Uint8Array;
}

export const EMPTY_DATA = new Uint8Array(0);
