/**
 * The keys and their values, with what replication needs: versions for WATCH, deadlines in log time, a running hash of the
 * whole content, and copy-on-write for a snapshot in progress.
 *
 * Every change goes through `beforeChange` and `afterChange` (or the methods that call them), in this order.
 *
 * @module
 */

import type { ChangeObserver } from './change-observer.js';
import { hashText } from './content-hash.js';
import { Entry, elementCount, NO_DEADLINE, NO_SLOT, type Value, valueSize } from './entry.js';
import { ExpiryHeap } from './expiry-heap.js';
import { KeyMap } from './key-map.js';
import { type HashWords, StoreHash } from './store-hash.js';

/** A snapshot in progress. It is shown each entry it does not have yet before that entry changes. */
export interface EntryCapture {
  readonly id: number;
  capture(entry: Entry): void;
}

const GONE = 'del';
const EXPIRED = 'expired';

export class Store {
  /** Null: nobody listens. */
  observer: ChangeObserver | null = null;
  /** Name of the command at work, for the observer. */
  cause = '';
  /** Log time in ms: the only clock there is for deadlines. */
  nowMs = 0;
  /** Number of changes so far; the next version is one more. */
  changeCount = 0;
  /** Rises when all entries leave at once: they are not told so one by one. */
  generation = 0;
  #capture: EntryCapture | null = null;
  #byKey = new KeyMap();
  /** Without gaps: the last entry moves into the place of one that leaves. */
  #slots: Entry[] = [];
  readonly #expiry = new ExpiryHeap();
  readonly #content = new StoreHash();
  #byteSize = 0;

  /** Number of keys, including those that are due but not yet removed. */
  get size(): number {
    return this.#slots.length;
  }

  /** Bytes of keys and values, without overhead. */
  get byteSize(): number {
    return this.#byteSize;
  }

  /** Over all entries; takes time in what changed since the last time. */
  hash(): HashWords {
    return this.#content.words(this.changeCount);
  }

  /** All entries, due ones included. `clear` leaves this array as it is and starts another. */
  get slots(): readonly Entry[] {
    return this.#slots;
  }

  /** Number of keys with a deadline. */
  get volatileCount(): number {
    return this.#expiry.size;
  }

  /** The earliest deadline in log time, or null. */
  get nextDeadlineMs(): number | null {
    return this.#expiry.first()?.deadlineMs ?? null;
  }

  isDue(entry: Entry): boolean {
    return entry.deadlineMs !== NO_DEADLINE && entry.deadlineMs <= this.nowMs;
  }

  /** Changes nothing: a key that is due counts as missing, and stays for the next write to remove. */
  get(key: string): Entry | undefined {
    const entry = this.#byKey.get(key);
    return entry === undefined || this.isDue(entry) ? undefined : entry;
  }

  /** Where keys are found, for a look-up in steps. */
  get keys(): KeyMap {
    return this.#byKey;
  }

  /** The next look-up will be for the key of this entry, which is in the store: it costs nothing then. */
  expect(entry: Entry): void {
    this.#byKey.expect(entry);
  }

  /** As `get`, and removes a key that is due. */
  getForWrite(key: string): Entry | undefined {
    const entry = this.#byKey.get(key);
    if (entry === undefined || !this.isDue(entry)) return entry;
    this.remove(entry);
    return undefined;
  }

  /** Creates or replaces. */
  put(key: string, value: Value, deadlineMs: number = NO_DEADLINE): Entry {
    const present = this.#byKey.get(key);
    if (present === undefined) return this.#create(key, value, deadlineMs);
    this.beforeChange(present);
    present.value = value;
    present.isValueHashed = false;
    this.#setDeadline(present, deadlineMs);
    this.afterChange(present);
    return present;
  }

  /** Replaces the value and keeps the deadline. */
  replaceValue(entry: Entry, value: Value): void {
    this.beforeChange(entry);
    entry.value = value;
    entry.isValueHashed = false;
    this.afterChange(entry);
  }

  /** Replaces a string by `longer`, which is it and `suffix`: only the suffix is hashed if the string was. */
  appendValue(entry: Entry, longer: string, suffix: string): void {
    this.beforeChange(entry);
    entry.value = longer;
    if (entry.isValueHashed) entry.valueHash = hashText(suffix, entry.valueHash);
    this.afterChange(entry);
  }

  setDeadline(entry: Entry, deadlineMs: number): void {
    this.beforeChange(entry);
    this.#setDeadline(entry, deadlineMs);
    this.afterChange(entry);
  }

  remove(entry: Entry): void {
    this.observer?.keyChanged(entry.key, this.isDue(entry) ? EXPIRED : GONE);
    this.beforeChange(entry);
    this.changeCount++;
    this.#expiry.remove(entry);
    this.#byKey.delete(entry);
    this.#vacate(entry);
  }

  /** Call it before the value of `entry` is changed in place. */
  beforeChange(entry: Entry): void {
    this.#captureBefore(entry);
    this.#content.uncount(entry);
    this.#byteSize -= entry.byteSize;
  }

  /** Call it after the value of `entry` was changed. */
  afterChange(entry: Entry): void {
    const lastChange = entry.version;
    entry.version = ++this.changeCount;
    this.#measure(entry);
    this.#content.count(entry, lastChange);
    this.observer?.keyChanged(entry.key, this.cause);
  }

  /** Ends a change of a collection in place; one left empty is removed. */
  afterElementsChange(entry: Entry): void {
    const { value } = entry;
    this.afterChange(entry);
    if (typeof value !== 'string' && elementCount(value) === 0) this.remove(entry);
  }

  /** Removes all keys, at once. */
  clear(): void {
    this.changeCount++;
    this.generation++;
    this.#byKey = new KeyMap();
    this.#slots = [];
    this.#expiry.clear();
    this.#content.clear();
    this.#byteSize = 0;
  }

  /** Removes keys that are due, earliest first, at most `limit`. Returns how many it removed. */
  removeDue(limit: number): number {
    let removed = 0;
    while (removed < limit) {
      const entry = this.#expiry.first();
      if (entry === undefined || !this.isDue(entry)) break;
      this.remove(entry);
      removed++;
    }
    return removed;
  }

  /** Starts (or, with null, ends) showing entries to a snapshot before they change. */
  setCapture(capture: EntryCapture | null): void {
    this.#capture = capture;
  }

  /** Makes room for the `count` entries of a snapshot; the store is empty. */
  beginLoad(count: number, changeCount: number, nowMs: number): void {
    this.#slots = new Array<Entry>(count);
    this.changeCount = changeCount;
    this.nowMs = nowMs;
  }

  /**
   * Takes an entry of a snapshot, complete with version, deadline and slot. False: its key or slot is taken, and the store
   * is of no more use.
   */
  load(entry: Entry): boolean {
    const fits = entry.slot < this.#slots.length && this.#slots[entry.slot] === undefined;
    if (!fits || !this.#byKey.add(entry)) return false;
    this.#slots[entry.slot] = entry;
    if (entry.deadlineMs !== NO_DEADLINE) this.#expiry.add(entry);
    this.#measure(entry);
    this.#content.count(entry, entry.version);
    return true;
  }

  #create(key: string, value: Value, deadlineMs: number): Entry {
    const entry = new Entry(key, value);
    if (this.#capture !== null) entry.capturedBy = this.#capture.id;
    entry.slot = this.#slots.length;
    this.#slots.push(entry);
    this.#byKey.add(entry);
    this.#setDeadline(entry, deadlineMs);
    this.afterChange(entry);
    return entry;
  }

  #setDeadline(entry: Entry, deadlineMs: number): void {
    if (entry.deadlineMs === deadlineMs) return;
    this.#expiry.remove(entry);
    entry.deadlineMs = deadlineMs;
    if (deadlineMs !== NO_DEADLINE) this.#expiry.add(entry);
  }

  #measure(entry: Entry): void {
    entry.byteSize = entry.key.length + valueSize(entry.value);
    this.#byteSize += entry.byteSize;
  }

  #vacate(entry: Entry): void {
    const { slot } = entry;
    entry.slot = NO_SLOT;
    const last = this.#slots.pop();
    if (last === undefined || last === entry) return;
    // Its slot is part of the state (the order of SCAN), so moving is a change too.
    this.#captureBefore(last);
    last.slot = slot;
    this.#slots[slot] = last;
  }

  #captureBefore(entry: Entry): void {
    const capture = this.#capture;
    if (capture === null || entry.capturedBy === capture.id) return;
    capture.capture(entry);
    entry.capturedBy = capture.id;
  }
}
