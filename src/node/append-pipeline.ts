/**
 * Hands the core's storage work to the disk, in order, and gives it back when it is durable.
 *
 * Lack of space is a state, not a failure: the work that met it stays at the head, everything behind it waits, and it is
 * tried again until there is room. Any other error ends the node.
 *
 * @module
 */
import type { Entry } from '../raft/entry.js';
import type { HardState, StorageAppend } from '../raft/message.js';
import type { Snapshot } from '../raft/snapshot.js';

export interface StoreError extends Error {
  readonly code: string;
}

export type StoreDone = (error: StoreError | null) => void;

/** The part of storage that stores. `done` may be called before the method returns, or later, but in order. */
export interface AppendTarget {
  append(entries: readonly Entry[], hardState: HardState | null, done: StoreDone): void;
  /** Makes the received snapshot the beginning of the log, durably and as a whole. */
  install(snapshot: Snapshot, entries: readonly Entry[], hardState: HardState | null, done: StoreDone): void;
}

export interface AppendObserver {
  /** Called when something became durable outside `pump`. */
  readonly wake: () => void;
  /** The disk has no space (`true`), or has some again. */
  readonly full: (full: boolean) => void;
}

export class AppendPipeline {
  readonly #target: AppendTarget;
  readonly #observer: AppendObserver;
  readonly #bytesMax: number;
  /**
   * Says a commit index and nothing else. That promises nothing to anybody, and no client shall wait for its record: it is written
   * along with the next work, or by `writeCommit`.
   */
  #commit: StorageAppend | null = null;
  /** Last term and vote that were pushed. */
  #hard: HardState | null = null;
  /** Not yet given to the disk. */
  #waiting: StorageAppend[] = [];
  /** Given to the disk, oldest first. */
  #writing: StorageAppend[] = [];
  #durable: StorageAppend[] = [];
  #failure: StoreError | null = null;
  #isFull = false;
  /** What the observer was told last. */
  #saidFull = false;
  #isPumping = false;
  #unstoredBytes = 0;
  #progressTick = 0;

  /** `bytesMax`: above it the disk counts as behind. */
  constructor(target: AppendTarget, bytesMax: number, observer: AppendObserver) {
    this.#target = target;
    this.#bytesMax = bytesMax;
    this.#observer = observer;
  }

  /** The first error that is not a lack of space. */
  get failure(): StoreError | null {
    return this.#failure;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Bytes of entries that are not durable. */
  get unstoredBytes(): number {
    return this.#unstoredBytes;
  }

  /** So much waits for the disk that nothing more should be taken. */
  get isBehind(): boolean {
    return this.#unstoredBytes > this.#bytesMax;
  }

  get hasDurable(): boolean {
    return this.#durable.length > 0;
  }

  /** For how many ticks work has been waiting without any of it becoming durable. */
  stalledTicks(nowTick: number): number {
    if (this.#waiting.length + this.#writing.length === 0) this.#progressTick = nowTick;
    return nowTick - this.#progressTick;
  }

  push(work: StorageAppend): void {
    if (this.#isOnlyCommit(work)) {
      this.#commit = work;
      return;
    }
    for (const entry of work.entries) this.#unstoredBytes += entry.data.length;
    const { hardState } = work;
    const commit = this.#commit?.hardState ?? null;
    this.#waiting.push(hardState === null && commit !== null ? { ...work, hardState: commit } : work);
    this.#commit = null;
    if (hardState !== null) this.#hard = hardState;
  }

  #isOnlyCommit({ entries, hardState, snapshot, responses }: StorageAppend): boolean {
    const isKnown = hardState?.term === this.#hard?.term && hardState?.vote === this.#hard?.vote;
    return (
      isKnown && hardState !== null && entries.length === 0 && snapshot === null && responses.length === 0
    );
  }

  /** Nothing came that the commit index could have been written along with. */
  writeCommit(): void {
    if (this.#commit === null) return;
    this.#waiting.push(this.#commit);
    this.#commit = null;
    this.pump();
  }

  /** Gives what waits to the disk. May block in it. */
  pump(): void {
    this.#isPumping = true;
    while (this.#failure === null && !this.#isFull) {
      const work = this.#waiting.shift();
      if (work === undefined) break;
      this.#write(work);
    }
    this.#isPumping = false;
    if (this.#isFull === this.#saidFull) return;
    this.#saidFull = this.#isFull;
    this.#observer.full(this.#isFull);
  }

  /** After a lack of space: try again. */
  retry(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.pump();
  }

  /** What has become durable since the last call, in order. */
  takeDurable(nowTick: number): readonly StorageAppend[] {
    const durable = this.#durable;
    if (durable.length > 0) {
      this.#durable = [];
      this.#progressTick = nowTick;
    }
    return durable;
  }

  #write(work: StorageAppend): void {
    this.#writing.push(work);
    const done: StoreDone = error => this.#done(work, error);
    if (work.snapshot === null) this.#target.append(work.entries, work.hardState, done);
    else this.#target.install(work.snapshot, work.entries, work.hardState, done);
  }

  #done(work: StorageAppend, error: StoreError | null): void {
    if (error === null) {
      this.#writing.shift();
      for (const entry of work.entries) this.#unstoredBytes -= entry.data.length;
      this.#durable.push(work);
    } else if (error.code === 'disk-full' && this.#writing.at(-1) === work) {
      this.#writing.pop();
      this.#waiting.unshift(work);
      this.#isFull = true;
    } else {
      this.#failure ??= error;
    }
    if (!this.#isPumping) this.#observer.wake();
  }
}
