/**
 * What one run does, as plain data: everything in it was drawn from the seed, and it can be saved, reduced and replayed.
 *
 * @module
 */

/** A fault acts from `atMs` for `forMs`; nodes are 0-based. */
export type Fault = { readonly atMs: number; readonly forMs: number } & FaultKind;

export type FaultKind =
  /** The process dies; what was not synced is lost, torn or kept at random. Restarted after `forMs`. */
  | { readonly kind: 'crash'; readonly nodes: readonly number[] }
  /** The process stands still. */
  | { readonly kind: 'pause'; readonly nodes: readonly number[] }
  /** Nodes of different groups do not hear each other; a node in two groups is a bridge. */
  | { readonly kind: 'partition'; readonly groups: readonly (readonly number[])[] }
  /** What `from` sends to `to` is lost; the other direction works. */
  | { readonly kind: 'one-way'; readonly from: readonly number[]; readonly to: readonly number[] }
  /** Messages on these links wait and come all at once at the end, in a random order. */
  | { readonly kind: 'clog'; readonly from: readonly number[]; readonly to: readonly number[] }
  | { readonly kind: 'drop'; readonly probability: number }
  | { readonly kind: 'slow-disk'; readonly node: number; readonly syncMs: number }
  | { readonly kind: 'disk-full'; readonly node: number }
  /** The next write or sync fails; the node stops and is restarted after `forMs`. */
  | { readonly kind: 'disk-error'; readonly node: number }
  /** The node crashes and a bit of one of its files is flipped: it may never come back. */
  | { readonly kind: 'bit-flip'; readonly node: number }
  /** Its clock jumps by `offsetMs` and runs `rate` times as fast. */
  | { readonly kind: 'clock'; readonly node: number; readonly offsetMs: number; readonly rate: number }
  | { readonly kind: 'transfer'; readonly node: number }
  | { readonly kind: 'snapshot'; readonly node: number }
  | { readonly kind: 'add'; readonly node: number }
  | { readonly kind: 'remove'; readonly node: number };

export type FaultName = FaultKind['kind'];

export const FAULT_NAMES = [
  'crash',
  'pause',
  'partition',
  'one-way',
  'clog',
  'drop',
  'slow-disk',
  'disk-full',
  'disk-error',
  'bit-flip',
  'clock',
  'transfer',
  'snapshot',
  'add',
  'remove',
] as const satisfies readonly FaultName[];

export interface NetworkPlan {
  /** Every message is encoded and decoded, as between threads; slower. */
  readonly encoded: boolean;
  readonly minMs: number;
  readonly meanMs: number;
  readonly drop: number;
  readonly duplicate: number;
  readonly reorder: number;
  /** Extra delay of reordered and duplicated messages, at most. */
  readonly reorderMs: number;
}

export interface WorkloadPlan {
  readonly clients: number;
  readonly operationsPerSecond: number;
  readonly registers: number;
  /** A client gives up waiting after this. */
  readonly timeoutMs: number;
}

export interface Plan {
  readonly seed: number;
  /** Members at the beginning; further nodes, up to `nodes + spares`, may join. */
  readonly nodes: number;
  readonly spares: number;
  readonly tickMs: number;
  readonly electionTicks: number;
  readonly safetyMs: number;
  readonly network: NetworkPlan;
  readonly syncMs: number;
  /** Mean time until a node looks at what came; 0: at once. More of it means larger batches, and staler views. */
  readonly turnDelayMs: number;
  readonly snapshotEntries: number;
  readonly tailEntries: number;
  /** Most bytes of entries in one AppendEntries: with few of them, many messages tell only a part. */
  readonly messageBytes: number;
  readonly workload: WorkloadPlan;
  readonly faults: readonly Fault[];
  /** In the liveness phase a quorum heals; are the others dead for ever? */
  readonly healOnlyQuorum: boolean;
}
