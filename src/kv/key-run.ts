/**
 * Runs commands over a few keys that were fetched from elsewhere, by the same code that replicas run, and tells what
 * became of these keys.
 *
 * @module
 */
import { AppliedState } from './applied-state.js';
import type { Entry, Value } from './entry.js';
import { KvError } from './kv-error.js';
import type { Reply } from './reply.js';
import { StateMachine } from './state-machine.js';

/** A key that exists, as it was fetched. */
export interface FetchedKey {
  readonly key: string;
  readonly value: Value;
  /** Milliseconds since 1970; `NO_DEADLINE`: it does not expire. */
  readonly deadlineMs: number;
  /** What WATCH compares; above 0. */
  readonly version: number;
}

/** What a key is afterwards; null: it is gone. */
export type KeyChange = { readonly value: Value; readonly deadlineMs: number } | null;

export interface KeyRunResult {
  /** One for each record of the batch. */
  readonly replies: readonly Reply[];
  readonly changes: ReadonlyMap<string, KeyChange>;
}

export interface KeyRunOptions {
  /** Milliseconds since 1970: what is due by then is gone. */
  readonly nowMs: number;
  /** At least the version of every key. */
  readonly lastVersion: number;
  /** For commands that choose at random. */
  readonly seed: number;
}

export class KeyRun {
  readonly #state = new AppliedState();
  readonly #machine: StateMachine;

  /** @param keys each once; a key that is not among them does not exist */
  constructor(keys: readonly FetchedKey[], options: KeyRunOptions) {
    const { store } = this.#state;
    for (const { key, value, deadlineMs, version } of keys)
      store.put(key, value, deadlineMs).version = version;
    store.changeCount = options.lastVersion;
    store.nowMs = options.nowMs;
    this.#state.lastApplied = options.seed;
    this.#machine = new StateMachine(this.#state);
  }

  /** Executes a batch, once. @throws KvError `batch-format` when it is none */
  execute(batch: Uint8Array): KeyRunResult {
    const changed = new Set<string>();
    this.#machine.observe({ keyChanged: key => changed.add(key) });
    const { outcome, replies } = this.#machine.apply(this.#state.lastApplied + 1, 0, batch);
    if (outcome !== 'applied') throw new KvError('batch-format', `the batch was ${outcome}`);
    const changes = new Map([...changed].map(key => [key, changeOf(this.#state.store.get(key))]));
    return { replies, changes };
  }

  /** Answers a read-only command, name first. */
  read(words: readonly string[]): Reply {
    return this.#machine.readWords(words);
  }
}

function changeOf(entry: Entry | undefined): KeyChange {
  return entry === undefined ? null : { value: entry.value, deadlineMs: entry.deadlineMs };
}
