/**
 * Makes the data directory of a new cluster from a backup.
 *
 * The new cluster has an identity of its own, so nothing of the old one can be mistaken for its. Every node begins with the
 * backup as its snapshot.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { KvError } from '../kv/kv-error.js';
import { Restorer } from '../kv/snapshot-restorer.js';
import { StateMachine } from '../kv/state-machine.js';
import { nodeIndex, raftIdOf } from '../node/peer-id.js';
import { NONE } from '../raft/ids.js';
import type { StoreDone } from '../storage/group-commit.js';
import { NodeStorage } from '../storage/node-storage.js';
import { RealDisk } from '../storage/real-disk.js';
import { type BackupDescription, BackupFileError, readBackup } from './backup-file.js';
import { DataDirectory } from './data-directory.js';

const SLICE_BYTES = 1024 * 1024;
const FOUNDING_INCARNATION = 0;

export interface RestoredCluster {
  readonly backup: BackupDescription;
  readonly nodes: number;
  readonly keys: number;
}

class RestoreError extends Error {
  override readonly name = 'RestoreError';
  readonly code = 'directory-in-use';
}

/**
 * `nodes` null: as many as the backed-up cluster had. The directory appears whole or not at all.
 * @throws BackupFileError, RestoreError when the directory has something in it, DiskError
 */
export async function restoreBackup(
  file: string,
  directory: string,
  nodes: number | null,
): Promise<RestoredCluster> {
  const path = resolve(directory);
  if (existsSync(path) && readdirSync(path).length > 0) {
    throw new RestoreError(`${path} is not empty: a backup is restored into a new directory`);
  }
  const { backup, machine } = loadBackup(file);
  const count = nodes ?? backup.nodes;
  const unfinished = `${path}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  try {
    const data = DataDirectory.open(unfinished, count);
    for (let node = 0; node < count; node++) await foundNode(data, node, count, machine);
    if (existsSync(path)) rmdirSync(path);
    renameSync(unfinished, path);
    new RealDisk(dirname(path)).syncDirectory();
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
  return { backup, nodes: count, keys: machine.keyCount };
}

/** @throws BackupFileError */
function loadBackup(file: string): { readonly backup: BackupDescription; readonly machine: StateMachine } {
  const restorer = new Restorer();
  try {
    const backup = readBackup(file, bytes => restorer.push(bytes));
    const state = restorer.finish();
    // They tell batches of the old cluster's nodes apart. The new nodes count from the beginning again.
    state.duplicates.load([]);
    const machine = new StateMachine();
    machine.restore(state);
    return { backup, machine };
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    throw new BackupFileError('backup-damaged', `backup ${file}: ${error.message}`);
  }
}

async function foundNode(
  data: DataDirectory,
  node: number,
  count: number,
  machine: StateMachine,
): Promise<void> {
  const idOf = (member: number) => raftIdOf(nodeIndex(member), FOUNDING_INCARNATION);
  const members = {
    voters: Array.from({ length: count }, (_, member) => idOf(member)),
    outgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
  };
  const storage = NodeStorage.open(new RealDisk(data.nodeDirectory(node)), {
    clusterId: data.clusterId,
    node,
    incarnation: FOUNDING_INCARNATION,
    raftId: idOf(node),
    initialMembers: members,
  });
  try {
    const { lastApplied: index, lastTerm: term } = machine;
    const writer = storage.snapshotWriter({ index, term, confState: members });
    const cursor = machine.beginSnapshot();
    for (let part = cursor.next(SLICE_BYTES); part !== null; part = cursor.next(SLICE_BYTES))
      writer.write(part);
    await settled(done => storage.commitSnapshot(writer, done));
    await settled(done => storage.append([], { term, vote: NONE, commit: index }, done));
  } finally {
    storage.close();
  }
  data.markStarted(node);
}

function settled(start: (done: StoreDone) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start(error => (error === null ? resolve() : reject(error)));
  });
}
