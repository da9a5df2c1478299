/**
 * The state machine as of the newest snapshot on the disk; the log on top of it is applied by the running node.
 *
 * @module
 */
import { Restorer } from '../kv/snapshot-restorer.js';
import { StateMachine } from '../kv/state-machine.js';
import type { NodeStorage } from '../storage/node-storage.js';

const READ_BYTES = 1024 * 1024;

/** @throws StorageError `snapshot-damaged`, KvError `snapshot-corrupt`, `snapshot-format` */
export function loadMachine(storage: NodeStorage): StateMachine {
  const machine = new StateMachine();
  const reader = storage.openSnapshot();
  if (reader === null) return machine;
  try {
    const restorer = new Restorer();
    for (let offset = 0; offset < reader.dataBytes; offset += READ_BYTES) {
      restorer.push(reader.read(offset, READ_BYTES));
    }
    machine.restore(restorer.finish());
    return machine;
  } finally {
    reader.close();
  }
}
