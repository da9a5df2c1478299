/**
 * Every command of the language, parsed.
 *
 * Keys and values are latin1 strings, one character a byte; nodes are 0-based; times are milliseconds.
 *
 * @module
 */
import type { MessageKind } from '../node/frame.js';
import type { DiskFault } from '../runtime/control.js';
import type { Condition } from './condition.js';
import type { FaultKind } from './random-fault.js';
import type { NodePick, NodeSet } from './selector.js';
import type { WorkloadSettings } from './workload.js';

/** `null` selects every node. */
type LinkEnd = NodePick | null;

interface OnLink {
  readonly from: LinkEnd;
  readonly to: LinkEnd;
}

export type KvAction =
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'del'; readonly key: string }
  | { readonly kind: 'cas'; readonly key: string; readonly old: string; readonly new: string }
  | { readonly kind: 'incr'; readonly key: string }
  | { readonly kind: 'scan'; readonly prefix: string };

export type LinkAction =
  | { readonly kind: 'show-matrix' }
  | { readonly kind: 'upload'; readonly path: string }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly number[])[] }
  | { readonly kind: 'reset' }
  | ({ readonly kind: 'edit'; readonly drop: number } & OnLink)
  | ({ readonly kind: 'delay'; readonly delayMs: number; readonly jitterMs: number } & OnLink)
  | ({ readonly kind: 'duplicate'; readonly probability: number } & OnLink)
  | ({ readonly kind: 'reorder'; readonly probability: number } & OnLink)
  | ({ readonly kind: 'clog'; readonly on: boolean } & OnLink)
  | ({ readonly kind: 'filter'; readonly message: MessageKind; readonly on: boolean } & OnLink);

/** One side of a partition. */
export type Group = readonly NodePick[];

export type ShapeAction =
  | { readonly kind: 'partition'; readonly shape: PartitionShape }
  | { readonly kind: 'isolate'; readonly nodes: NodeSet }
  | { readonly kind: 'bridge'; readonly node: NodePick | null }
  | { readonly kind: 'ring' }
  | { readonly kind: 'heal'; readonly nodes: NodeSet | null };

export type PartitionShape =
  | { readonly kind: 'groups'; readonly groups: readonly Group[] }
  /** The leader alone. */
  | { readonly kind: 'leader' }
  /** The leader with the larger, or the smaller, part. */
  | { readonly kind: 'majority' | 'minority' }
  | { readonly kind: 'random' }
  /** So many nodes, the leader among them, on one side. */
  | { readonly kind: 'count'; readonly nodes: number };

export type NodeAction =
  | {
      readonly kind: 'kill' | 'revive' | 'restart' | 'pause' | 'resume';
      readonly nodes: NodeSet;
    }
  | {
      readonly kind: 'clock';
      readonly node: NodePick;
      readonly offsetMs: number;
      readonly rate: number;
    }
  | { readonly kind: 'disk'; readonly node: NodePick; readonly fault: DiskFault };

export type ClusterAction =
  /** `host`: a server of the config; null: where the node was, or where there are the fewest. */
  | { readonly kind: 'add'; readonly node: NodePick; readonly host: string | null }
  | { readonly kind: 'remove' | 'transfer' | 'snapshot'; readonly node: NodePick }
  | { readonly kind: 'debug'; readonly variable: string; readonly node: NodePick | null }
  | { readonly kind: 'status' }
  | { readonly kind: 'help'; readonly command: string | null };

export type TimedAction =
  | { readonly kind: 'wait'; readonly durationMs: number }
  | { readonly kind: 'wait-until'; readonly condition: Condition; readonly withinMs: number }
  /** `within`: must come true. `for`: must hold all the time. */
  | {
      readonly kind: 'expect';
      readonly condition: Condition;
      readonly limit: null | { readonly kind: 'within' | 'for'; readonly ms: number };
    }
  | {
      readonly kind: 'random';
      readonly faults: readonly FaultKind[];
      readonly everyMs: number;
      readonly forMs: number;
    };

export type SessionAction =
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'let'; readonly name: string; readonly value: LetValue }
  | { readonly kind: 'workload'; readonly settings: WorkloadSettings }
  | { readonly kind: 'workload-stop' }
  | { readonly kind: 'record'; readonly path: string }
  | { readonly kind: 'record-stop' };

export type LetValue = NodePick | { readonly kind: 'measure'; readonly measure: 'term' | 'commit' };

/** `try`: a failure of the command is reported but is not one. */
export interface TryAction {
  readonly kind: 'try';
  readonly action: Action;
}

/** `via`: a KV command at the gateway of this node instead of the leader's. */
export interface ViaAction {
  readonly kind: 'via';
  readonly node: NodePick;
  readonly action: KvAction;
}

export type Action =
  | KvAction
  | LinkAction
  | ShapeAction
  | NodeAction
  | ClusterAction
  | TimedAction
  | SessionAction
  | TryAction
  | ViaAction;
