/**
 * What a node did, one event at a time: enough to check every invariant of the store from outside.
 *
 * The host adds the time and the node; `crash` is written by whoever sees it.
 *
 * @module
 */
import type { Entry } from '../raft/entry.js';

export type TraceEvent =
  /** After recovery. */
  | {
      readonly ev: 'start';
      readonly term: number;
      readonly vote: number;
      readonly last: number;
      readonly snap: number;
    }
  | { readonly ev: 'term' | 'leader' | 'step-down'; readonly term: number }
  /** The vote is durable; `for` is a raft id. */
  | { readonly ev: 'vote'; readonly term: number; readonly for: number }
  | { readonly ev: 'append'; readonly index: number; readonly term: number; readonly hash: string }
  /** Entries from here on were replaced. */
  | { readonly ev: 'truncate'; readonly from: number }
  /** The log of `term` is durable up to `index`, and that is told to the leader of that term (or counted by it). */
  | { readonly ev: 'ack'; readonly index: number; readonly term: number }
  | { readonly ev: 'commit'; readonly index: number }
  | {
      readonly ev: 'apply';
      readonly index: number;
      readonly term: number;
      readonly hash: string;
      /** `origin.epoch` of the batch, null for entries that are no batch of a client. */
      readonly client: string | null;
      readonly seq: number | null;
      /** False: a duplicate, not executed again. */
      readonly effect: boolean;
    }
  | { readonly ev: 'snapshot'; readonly index: number; readonly state: string }
  | { readonly ev: 'install'; readonly index: number; readonly term: number; readonly state: string }
  | { readonly ev: 'state'; readonly index: number; readonly state: string };

export type Trace = (event: TraceEvent) => void;

/** By data: an entry is appended and applied, and in one memory by all nodes. Data in a log never changes. */
const known = new WeakMap<Uint8Array, string>();

/** FNV-1a over type and data, 8 hexadecimal digits: tells entries apart, not safe against an adversary. */
export function entryHash({ type, data }: Entry): string {
  if (data.length === 0) return hashOf(type, data);
  let hash = known.get(data);
  if (hash === undefined) {
    hash = hashOf(type, data);
    known.set(data, hash);
  }
  return hash;
}

function hashOf(type: Entry['type'], data: Uint8Array): string {
  let hash = 0x811c9dc5 ^ type.length;
  for (let at = 0; at < data.length; at++) hash = Math.imul(hash ^ (data[at] ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
