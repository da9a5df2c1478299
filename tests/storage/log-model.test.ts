/**
 * Any sequence of appends, conflicts, snapshots, compactions, installs, crashes and restarts behaves as a
 * plain array.
 *
 * @module
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEEP_UNSYNCED, MemoryDisk } from '../../src/storage/memory-disk.js';
import type { Entry, HardState } from '../../src/storage/model.js';
import type { NodeStorage } from '../../src/storage/node-storage.js';
import { entry, hardState, MEMBERS, openStorage, stateBytes, store, takeSnapshot } from './fixture.js';

type Action =
  | { readonly kind: 'append'; readonly count: number; readonly back: number; readonly size: number }
  | { readonly kind: 'hard-state'; readonly vote: number }
  | { readonly kind: 'snapshot'; readonly part: number }
  | { readonly kind: 'compact'; readonly keep: number }
  | { readonly kind: 'install'; readonly ahead: number }
  | { readonly kind: 'restart'; readonly keepUnsynced: boolean };

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 5 }),
      back: fc.integer({ min: 0, max: 4 }),
      size: fc.integer({ min: 0, max: 300 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('hard-state' as const),
      vote: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('snapshot' as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('compact' as const),
      keep: fc.integer({ min: 0, max: 10 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('install' as const),
      ahead: fc.integer({ min: -10, max: 10 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('restart' as const), keepUnsynced: fc.boolean() }),
  },
);

class Model {
  readonly #disk = new MemoryDisk();
  readonly #options: { readonly segmentBytes: number; readonly cacheBytes: number };
  #storage: NodeStorage;
  #entries = new Map<number, Entry>();
  #last = 0;
  #term = 1;
  #state: HardState | null = null;
  #snapshotIndex = 0;

  constructor(segmentBytes: number, cacheBytes: number) {
    this.#options = { segmentBytes, cacheBytes };
    this.#storage = openStorage(this.#disk, this.#options);
  }

  run(action: Action): void {
    switch (action.kind) {
      case 'append':
        this.#append(action.count, action.back, action.size);
        break;
      case 'hard-state':
        this.#state = hardState(this.#term, action.vote, this.#snapshotIndex);
        store(this.#storage, [], this.#state);
        break;
      case 'snapshot':
        this.#snapshot(action.part);
        break;
      case 'compact':
        this.#storage.compact(this.#last, action.keep);
        break;
      case 'install':
        this.#install(Math.max(1, this.#last + action.ahead));
        break;
      case 'restart':
        if (action.keepUnsynced) this.#disk.crash(KEEP_UNSYNCED);
        else this.#disk.crash();
        this.#storage = openStorage(this.#disk, this.#options);
    }
  }

  check(): void {
    const storage = this.#storage;
    assert.is(storage.lastIndex(), this.#last);
    assert.ok(storage.firstIndex() <= this.#snapshotIndex + 1);
    assert.is(storage.snapshot()?.index ?? 0, this.#snapshotIndex);
    let index = storage.firstIndex();
    while (index <= this.#last) {
      for (const found of storage.entries(index, this.#last + 1, 200)) {
        assert.equal(found, this.#entries.get(index), `entry ${index}`);
        assert.is(storage.term(index), found.term);
        index++;
      }
    }
  }

  /** What the last restart found. */
  checkRestart(): void {
    this.run({ kind: 'restart', keepUnsynced: false });
    this.check();
    const found = this.#storage.recovery.hardState;
    if (this.#state === null) return;
    const raised = (found?.term ?? 0) > this.#state.term;
    assert.ok(raised || (found?.term === this.#state.term && found.vote === this.#state.vote));
  }

  #append(count: number, back: number, size: number): void {
    const from = Math.max(this.#snapshotIndex + 1, this.#last + 1 - back);
    if (from <= this.#last) this.#term++;
    const list = Array.from({ length: count }, (_, i) => {
      return entry(from + i, this.#term, `${from + i}`.padEnd(size, 'z'));
    });
    store(this.#storage, list);
    for (const one of list) this.#entries.set(one.index, one);
    this.#last = from + count - 1;
  }

  #snapshot(part: number): void {
    const index = this.#snapshotIndex + Math.floor(part * (this.#last - this.#snapshotIndex));
    if (index === this.#snapshotIndex) return;
    takeSnapshot(this.#storage, index, stateBytes(100 + index));
    this.#snapshotIndex = index;
  }

  /** A snapshot from another node; one that conflicts with what is here when it is not ahead. */
  #install(index: number): void {
    if (index <= this.#snapshotIndex) return;
    this.#term++;
    const state = stateBytes(500);
    const source = openStorage(new MemoryDisk());
    store(
      source,
      Array.from({ length: index }, (_, i) => entry(i + 1, this.#term, 'there')),
    );
    takeSnapshot(source, index, state);
    const dataChecksum = source.openSnapshot()?.dataChecksum ?? 0;
    const snapshot = { index, term: this.#term, confState: MEMBERS };
    const offer = { snapshot, dataBytes: state.length, dataChecksum };
    const receiver = this.#storage.receiveSnapshot(offer);
    receiver.write(0, state);
    receiver.finish(error => assert.is(error, null));
    this.#state = hardState(this.#term, 0, index);
    let result: unknown = 'not called';
    this.#storage.installSnapshot(receiver, [], this.#state, error => {
      result = error;
    });
    assert.is(result, null);
    this.#snapshotIndex = index;
    this.#last = index;
    this.#entries.clear();
  }
}

test('the log behaves as an array, whatever is done to it', () => {
  fc.assert(
    fc.property(
      fc.array(anyAction, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 200, max: 3000 }),
      fc.integer({ min: 0, max: 2000 }),
      (actions, segmentBytes, cacheBytes) => {
        const model = new Model(segmentBytes, cacheBytes);
        for (const action of actions) {
          model.run(action);
          model.check();
        }
        model.checkRestart();
      },
    ),
    { numRuns: 300 },
  );
});

test.run();
