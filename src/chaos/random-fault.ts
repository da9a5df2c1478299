/**
 * The kinds of fault `random` draws from.
 *
 * @module
 */

/** Each is applied to nodes or links drawn at that moment, and lifted before the next one. */
export const FAULT_KINDS = [
  'kill',
  'pause',
  'isolate',
  'partition',
  'drop',
  'delay',
  'duplicate',
  'reorder',
  'clog',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];
