/**
 * A thread for the test of the shared-memory disk: appends for ever, telling the test each acknowledged
 * index.
 *
 * @module
 */
import { type MessagePort, workerData } from 'node:worker_threads';
import { type SharedFiles, SharedMemoryDisk } from '../../src/storage/shared-memory-disk.js';
import { entry, hardState, openStorage, stateBytes, store, takeSnapshot } from './fixture.js';

const { files, changes } = workerData as { files: SharedFiles; changes: MessagePort };
const disk = new SharedMemoryDisk(files, change => changes.postMessage(change));
const storage = openStorage(disk, { segmentBytes: 20_000 });
const { starts } = storage.recovery;
for (let index = storage.lastIndex() + 1; ; index++) {
  const before = hardState(starts, 1, index - 1);
  store(storage, [entry(index, starts, `data-${index}`)], before);
  changes.postMessage({ kind: 'acknowledged', index });
  if (index % 1000 !== 0) continue;
  takeSnapshot(storage, index, stateBytes(100_000));
  storage.compact(index, 100);
}
