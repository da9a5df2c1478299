/**
 * Short ways to make entries and storages in tests.
 *
 * @module
 */
import * as assert from 'uvu/assert';
import type { Disk } from '../../src/storage/disk.js';
import type { ConfState, Entry, HardState, RaftId, Snapshot } from '../../src/storage/model.js';
import { NodeStorage, type StorageOptions } from '../../src/storage/node-storage.js';

export const MEMBERS: ConfState = {
  voters: [1, 2, 3] as RaftId[],
  outgoing: [],
  learners: [],
  learnersNext: [],
  autoLeave: false,
};

const IDENTITY = { clusterId: 'test-cluster', node: 0, incarnation: 0, raftId: 1 as RaftId };

/** Without zeros written ahead unless asked for, so that a file's size is where its records end. */
export function openStorage(disk: Disk, options: Partial<StorageOptions> = {}): NodeStorage {
  return NodeStorage.open(disk, {
    ...IDENTITY,
    initialMembers: MEMBERS,
    preallocateBytes: 0,
    ...options,
  });
}

export function entry(index: number, term: number, text: string): Entry {
  return { index, term, type: 'normal', data: new TextEncoder().encode(text) };
}

/** Entries `from` to `to`, both included, with data `data-INDEX`. */
export function entriesOf(from: number, to: number, term: number): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, term, `data-${from + i}`));
}

export function hardState(term: number, vote: number, commit: number): HardState {
  return { term, vote: vote as RaftId, commit };
}

/** Appends and demands that it is durable on return. */
export function store(storage: NodeStorage, entries: Entry[], state: HardState | null = null): void {
  let result: unknown = 'not called';
  storage.append(entries, state, error => {
    result = error;
  });
  assert.is(result, null);
}

/** The data of all entries as text. */
export function dataOf(storage: NodeStorage): string[] {
  const texts: string[] = [];
  let next = storage.firstIndex();
  while (next <= storage.lastIndex()) {
    const entries = storage.entries(next, storage.lastIndex() + 1, 1000);
    for (const { index, data } of entries) {
      assert.is(index, next++);
      texts.push(new TextDecoder().decode(data));
    }
  }
  return texts;
}

export function snapshotAt(storage: NodeStorage, index: number): Snapshot {
  return { index, term: storage.term(index) ?? 0, confState: MEMBERS };
}

/** Writes and commits a snapshot in uneven pieces; demands that it is durable on return. */
export function takeSnapshot(storage: NodeStorage, index: number, state: Uint8Array): void {
  const writer = storage.snapshotWriter(snapshotAt(storage, index));
  for (let position = 0; position < state.length; position += 7777) {
    writer.write(state.subarray(position, position + 7777));
  }
  let result: unknown = 'not called';
  storage.commitSnapshot(writer, error => {
    result = error;
  });
  assert.is(result, null);
}

/** Bytes that differ everywhere. */
export function stateBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

/** The `code` of what `action` throws; `none` when it does not. */
export function codeOf(action: () => unknown): string {
  try {
    action();
    return 'none';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

/** Appends; null when it is durable on return, else the error's code. */
export function resultOf(
  storage: NodeStorage,
  entries: Entry[],
  state: HardState | null = null,
): string | null {
  let result: string | null = 'not called';
  storage.append(entries, state, error => {
    result = error === null ? null : error.code;
  });
  return result;
}
