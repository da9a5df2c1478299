/**
 * What the command language needs of a load: clients that call the store beside the commands, and a verdict on what they
 * were told. The harness implements it; whoever hosts the interpreter joins the two.
 *
 * @module
 */

/** What the clients do; `docs/harness.md` describes each. */
export const WORKLOAD_WORDS = ['register', 'counter', 'list-append', 'set-add', 'bank'] as const;

export type WorkloadWord = (typeof WORKLOAD_WORDS)[number];

export interface WorkloadSettings {
  readonly workloads: readonly WorkloadWord[];
  readonly clients: number;
  /** Calls a second of all clients together; null: each calls again as soon as it was answered. */
  readonly rate: number | null;
  /** Share of reads, 0–1. */
  readonly readShare: number;
}

export const DEFAULT_CLIENTS = 8;
export const DEFAULT_READ_SHARE = 0.5;

export interface WorkloadCounts {
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
}

/** Whether what was expected of a history holds, and what is in it. */
export interface HistoryFinding {
  readonly holds: boolean;
  readonly seen: string;
}

/** All load of one cluster: what ran before a pause and after it is one history. */
export interface WorkloadRunner {
  readonly isRunning: boolean;
  /** Where the history is being written, and the reading of the machine's monotonic clock its times count from. */
  readonly history: { readonly path: string; readonly zeroMs: number };
  /** Resolves when clients are calling. */
  start(settings: WorkloadSettings): Promise<void>;
  /** Resolves when every call has ended. */
  stop(): Promise<WorkloadCounts>;
  /** Ends all calls, judges the history so far, and goes on if clients were running. */
  checkLinearizable(): Promise<HistoryFinding>;
  /** As `checkLinearizable`; reads every key that was written first. */
  checkNothingLost(): Promise<HistoryFinding>;
  /** Ends the clients and takes the history away. */
  close(): Promise<void>;
}

/** Where clients may connect. */
export interface WorkloadAddress {
  readonly host: string;
  readonly port: number;
}

export type OpenWorkload = (nodes: readonly WorkloadAddress[], seed: number) => Promise<WorkloadRunner>;
