/**
 * A crash after any file operation, with unsynced writes lost, kept, reordered or torn: whatever was
 * acknowledged is there, whatever is there was written.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CrashPolicy } from '../../src/storage/memory-disk.js';
import { KEEP_UNSYNCED, LOSE_UNSYNCED } from '../../src/storage/memory-disk.js';
import type { Entry, HardState } from '../../src/storage/model.js';
import type { NodeStorage } from '../../src/storage/node-storage.js';
import { entry, hardState, openStorage, snapshotAt, stateBytes, store, takeSnapshot } from './fixture.js';
import { RecordingDisk } from './recording-disk.js';

/** What the run was told to be durable after `operations` file operations. */
interface Promised {
  readonly operations: number;
  readonly entries: ReadonlyMap<number, Entry>;
  readonly hardState: HardState | null;
  readonly snapshotIndex: number;
  readonly starts: number;
}

interface Run {
  readonly disk: RecordingDisk;
  readonly promises: readonly Promised[];
  /** Every entry that was ever handed to the storage, by index and term. */
  readonly written: ReadonlySet<string>;
  readonly votes: ReadonlySet<string>;
}

const OPTIONS = { segmentBytes: 900, preallocateBytes: 0, cacheBytes: 300 };

/** One life with restarts, conflicts, snapshots, compaction, an installed snapshot. */
function record(preallocateBytes: number): Run {
  const disk = new RecordingDisk();
  const options = { ...OPTIONS, preallocateBytes };
  const entries = new Map<number, Entry>();
  const promises: Promised[] = [];
  const written = new Set<string>();
  const votes = new Set<string>(['none']);
  let state: HardState | null = null;
  let snapshotIndex = 0;
  let storage = openStorage(disk, options);
  const promise = (): void => {
    const { starts } = storage.recovery;
    const operations = disk.length;
    promises.push({ operations, entries: new Map(entries), hardState: state, snapshotIndex, starts });
  };
  const append = (list: readonly Entry[], next: HardState | null): void => {
    for (const one of list) written.add(`${one.index}/${one.term}`);
    if (next !== null) votes.add(`${next.term}/${next.vote}`);
    store(storage, [...list], next);
    for (const one of list) {
      for (const index of [...entries.keys()]) if (index >= one.index) entries.delete(index);
      entries.set(one.index, one);
    }
    state = next ?? state;
    promise();
  };
  promise();
  let term = 1;
  for (let step = 1; step <= 60; step++) {
    const last = storage.lastIndex();
    if (step % 13 === 0) term++;
    const conflict = step % 13 === 0 && last - 2 > snapshotIndex ? 2 : 0;
    const from = last + 1 - conflict;
    const size = step % 7 === 0 ? 700 : 20 + step;
    const list = Array.from({ length: 1 + (step % 3) }, (_, i) => {
      return entry(from + i, term, `${step}-${i}-`.padEnd(size, 'x'));
    });
    append(list, step % 2 === 0 ? hardState(term, 1 + (term % 3), from - 1) : null);
    if (step % 5 === 0) append([], hardState(term, 1 + (term % 3), from));
    if (step % 17 === 0) {
      takeSnapshot(storage, from - 1, stateBytes(3000 + step));
      snapshotIndex = from - 1;
      promise();
      storage.compact(snapshotIndex, 2);
    }
    if (step % 19 === 0) {
      storage.close();
      storage = openStorage(disk, options);
      promise();
    }
    if (step === 45) {
      term++;
      snapshotIndex = installFromElsewhere(storage, last + 20, term);
      entries.clear();
      state = hardState(term, 0, snapshotIndex);
      votes.add(`${term}/0`);
      promise();
    }
  }
  return { disk, promises, written, votes };
}

function installFromElsewhere(storage: NodeStorage, index: number, term: number): number {
  const source = openStorage(new RecordingDisk());
  const list = Array.from({ length: index }, (_, i) => entry(i + 1, term, 'elsewhere'));
  store(source, list);
  takeSnapshot(source, index, stateBytes(5000));
  const reader = source.openSnapshot();
  if (reader === null) throw new Error('no snapshot to send');
  const { dataBytes, dataChecksum } = reader;
  const receiver = storage.receiveSnapshot({ snapshot: snapshotAt(source, index), dataBytes, dataChecksum });
  receiver.write(0, reader.read(0, dataBytes));
  receiver.finish(error => assert.is(error, null));
  let result: unknown = 'not called';
  storage.installSnapshot(receiver, [], hardState(term, 0, index), error => {
    result = error;
  });
  assert.is(result, null);
  return index;
}

function checkPromises(run: Run, promised: Promised, storage: NodeStorage, what: string): void {
  const found = storage.recovery.hardState;
  const wanted = promised.hardState;
  if (wanted !== null) {
    const sameVote = wanted.vote === 0 || found?.vote === wanted.vote;
    const kept = found?.term === wanted.term && sameVote;
    assert.ok(kept || (found?.term ?? 0) > wanted.term, `vote lost: ${what}`);
  }
  if (found !== null) {
    const vote = found.vote === 0 || run.votes.has(`${found.term}/${found.vote}`);
    assert.ok(vote, `vote invented: ${what}`);
  }
  const snapshotIndex = storage.snapshot()?.index ?? 0;
  assert.ok(snapshotIndex >= promised.snapshotIndex, `snapshot lost: ${what}`);
  assert.ok(storage.recovery.starts > promised.starts, `start not counted: ${what}`);
  for (const [index, { term }] of promised.entries) {
    if (index <= snapshotIndex) continue;
    const there = storage.term(index);
    const superseded = (there ?? storage.term(storage.lastIndex()) ?? 0) > term;
    assert.ok(there === term || superseded, `entry ${index} of term ${term} lost: ${what}`);
  }
  checkReadable(run, storage, what);
}

function checkReadable(run: Run, storage: NodeStorage, what: string): void {
  for (let index = storage.firstIndex(); index <= storage.lastIndex(); ) {
    for (const one of storage.entries(index, storage.lastIndex() + 1, 2000)) {
      assert.is(one.index, index++, what);
      assert.ok(run.written.has(`${one.index}/${one.term}`), `entry invented: ${what}`);
    }
  }
  const reader = storage.openSnapshot();
  reader?.verify();
  reader?.close();
}

/** A policy drawn from a seed: each change survives with a chance that itself is drawn. */
function drawnPolicy(seed: number): CrashPolicy {
  let state = (seed * 2_654_435_761) % 2_147_483_647 || 1;
  const draw = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  draw();
  const chance = draw();
  return { keeps: () => draw() < chance };
}

function checkEveryPrefix(run: Run, policyOf: (length: number) => CrashPolicy, name: string): void {
  let next = 0;
  let promised: Promised | undefined;
  for (let length = 0; length <= run.disk.length; length++) {
    while ((run.promises[next]?.operations ?? Number.POSITIVE_INFINITY) <= length) {
      promised = run.promises[next++];
    }
    const what = `${name}, crash after operation ${length}`;
    const disk = run.disk.replay(length);
    disk.crash(policyOf(length));
    const storage = openStorage(disk, OPTIONS);
    if (promised !== undefined) checkPromises(run, promised, storage, what);
    const last = storage.lastIndex();
    const term = (storage.term(last) ?? 0) + 1;
    store(storage, [entry(last + 1, term, 'after')], hardState(term, 0, last));
    disk.crash();
    assert.is(openStorage(disk, OPTIONS).term(last + 1), term, `${what}: not writable`);
  }
}

for (const preallocateBytes of [0, 2048]) {
  const run = record(preallocateBytes);
  const suffix = `(${run.disk.length} operations, ${preallocateBytes} bytes ahead)`;
  test(`unsynced writes lost, after every operation ${suffix}`, () => {
    checkEveryPrefix(run, () => LOSE_UNSYNCED, 'lost');
  });
  test(`unsynced writes kept, after every operation ${suffix}`, () => {
    checkEveryPrefix(run, () => KEEP_UNSYNCED, 'kept');
  });
  test(`unsynced writes reordered and torn, after every operation ${suffix}`, () => {
    for (let seed = 1; seed <= 4; seed++) {
      checkEveryPrefix(run, length => drawnPolicy(seed * 10_007 + length), `seed ${seed}`);
    }
  });
}

test.run();
