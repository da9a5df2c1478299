/**
 * What a front on another thread (terminal UI, headless server, library user) holds of a running cluster.
 *
 * @module
 */
import type { ClusterStatus } from './status.js';

/** Answer to one line of the command language. `invalid`: it did not parse or fit, nothing was changed. */
export type CommandResult =
  | { readonly kind: 'done'; readonly text: string; readonly data?: unknown }
  | { readonly kind: 'failed'; readonly text: string; readonly code: string }
  | { readonly kind: 'invalid'; readonly text: string };

export interface ClusterHandle {
  /** Runs one line of the command language; never rejects for what the user typed. */
  execute(line: string, source?: 'tui' | 'script' | 'gateway' | 'api'): Promise<CommandResult>;
  status(): Promise<ClusterStatus>;
  /** The latest snapshot, at most every `intervalMs` (not below 50). Returns the unsubscriber. */
  subscribe(listener: (status: ClusterStatus) => void, intervalMs: number): () => void;
  /** Stops every node cleanly and ends all threads. */
  stop(): Promise<void>;
}
