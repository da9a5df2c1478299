/**
 * Opens a node's directory: checks whose it is, recovers the log, counts the start.
 *
 * A new directory gets its first log segment before its meta file, so that a meta file without a log is
 * always a loss.
 *
 * @module
 */
import type { Disk } from './disk.js';
import { LogIndex } from './log-index.js';
import type { SnapshotMarker } from './log-record.js';
import { META_FILE, type Meta, MetaFile } from './meta-file.js';
import type { ConfState, HardState, RaftId, Snapshot, StorageIdentity } from './model.js';
import { type RecoveredLog, recoverLog } from './recover-log.js';
import type { RecoveryReport } from './recovery-report.js';
import { isClusterId, SEGMENT_HEADER_BYTES, segmentSequence } from './segment-header.js';
import { type FoundSnapshots, findSnapshots, SnapshotStore } from './snapshot-store.js';
import { StorageError } from './storage-error.js';
import { createSegment, type LogLimits, restartsLog, WriteAheadLog } from './write-ahead-log.js';

export interface StorageRecovery {
  /** The directory was new. */
  readonly created: boolean;
  /** Number of this start, from 1; never repeats for this directory. */
  readonly starts: number;
  readonly hardState: HardState | null;
  /** Membership at the snapshot, or at the beginning of the log. */
  readonly confState: ConfState;
  readonly snapshot: Snapshot | null;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly reports: readonly RecoveryReport[];
}

export interface OpenedDirectory {
  readonly log: WriteAheadLog;
  readonly snapshots: SnapshotStore;
  readonly recovery: StorageRecovery;
}

export function openDirectory(
  disk: Disk,
  options: StorageIdentity & { readonly initialMembers: ConfState },
  limits: LogLimits,
): OpenedDirectory {
  if (!isClusterId(options.clusterId)) {
    throw new StorageError('wrong-cluster', 'a cluster id is 1 to 40 printable ASCII characters');
  }
  const identity = identityOf(options);
  const metaFile = MetaFile.read(disk);
  if (metaFile === null) return beginDirectory(disk, identity, options.initialMembers, limits);
  checkMeta(metaFile.meta, identity);
  return reopenDirectory(disk, metaFile, limits);
}

function identityOf(options: StorageIdentity): StorageIdentity {
  const { clusterId, node, incarnation, raftId } = options;
  return { clusterId, node, incarnation, raftId };
}

function checkMeta(meta: Meta, identity: StorageIdentity): void {
  const place = { file: 'meta' };
  if (meta.clusterId !== identity.clusterId) {
    const message = `the directory belongs to cluster ${meta.clusterId}, not ${identity.clusterId}`;
    throw new StorageError('wrong-cluster', message, place);
  }
  const same =
    meta.node === identity.node &&
    meta.incarnation === identity.incarnation &&
    meta.raftId === identity.raftId;
  if (same) return;
  const found = `node ${meta.node}, incarnation ${meta.incarnation}`;
  const wanted = `node ${identity.node}, incarnation ${identity.incarnation}`;
  throw new StorageError('wrong-node', `the directory belongs to ${found}, not to ${wanted}`, place);
}

function beginDirectory(
  disk: Disk,
  identity: StorageIdentity,
  initialMembers: ConfState,
  limits: LogLimits,
): OpenedDirectory {
  removeUnfinishedBeginning(disk);
  const active = createSegment(disk, {
    clusterId: identity.clusterId,
    raftId: identity.raftId,
    sequence: 1,
    firstIndex: 1,
    previousTerm: 0,
    previousChain: 0,
  });
  active.file.syncNow();
  const metaFile = MetaFile.create(disk, { ...identity, starts: 1, initialMembers, segment: 1 });
  const start = {
    index: new LogIndex(0, 0),
    hardState: null,
    headers: [active.header],
    active,
  };
  const recovery: StorageRecovery = {
    created: true,
    starts: 1,
    hardState: null,
    confState: initialMembers,
    snapshot: null,
    firstIndex: 1,
    lastIndex: 0,
    reports: [],
  };
  const log = new WriteAheadLog(disk, identity, limits, start, metaFile);
  return { log, snapshots: new SnapshotStore(disk, identity, null), recovery };
}

/**
 * A crash before the first meta file leaves at most one segment without a record; anything more is another's
 * data.
 */
function removeUnfinishedBeginning(disk: Disk): void {
  for (const name of disk.list()) {
    if (name.endsWith('.tmp')) disk.remove(name);
    if (segmentSequence(name) === null) continue;
    const file = disk.open(name, 'log');
    const size = file.size();
    file.close();
    if (size > SEGMENT_HEADER_BYTES) {
      throw new StorageError('meta-missing', 'there is a log but no meta file', { file: name });
    }
    disk.remove(name);
  }
}

function reopenDirectory(disk: Disk, metaFile: MetaFile, limits: LogLimits): OpenedDirectory {
  const { meta } = metaFile;
  const reports: RecoveryReport[] = [];
  if (metaFile.isSlotDamaged) {
    const message = 'one of the two slots did not match its checksum';
    reports.push({ code: 'meta-repaired', message, place: { file: META_FILE } });
  }
  removeTemporaries(disk, reports);
  const snapshots = findSnapshots(disk, meta, reports);
  const durable = { snapshotIndex: snapshots.snapshot?.index ?? 0, segment: meta.segment ?? 0 };
  const recovered = recoverLog(disk, meta, durable, reports);
  try {
    const opened = joinLogAndSnapshot(disk, metaFile, limits, snapshots, recovered, reports);
    // A restart behind the snapshot may have begun another segment, and noted it.
    const noted = metaFile.meta.segment ?? 0;
    const segment = Math.max(noted, recovered.active.header.sequence);
    metaFile.update({ starts: opened.recovery.starts, segment });
    return opened;
  } catch (error) {
    recovered.active.file.close();
    throw error;
  }
}

function joinLogAndSnapshot(
  disk: Disk,
  metaFile: MetaFile,
  limits: LogLimits,
  found: FoundSnapshots,
  recovered: RecoveredLog,
  reports: RecoveryReport[],
): OpenedDirectory {
  const { snapshot } = found;
  const { meta } = metaFile;
  const identity = identityOf(meta);
  demandNoGap(recovered.index, recovered.marker, found);
  const restart = snapshot !== null && restartsLog(recovered.index, snapshot) ? snapshot : null;
  const last = Math.max(recovered.index.last, restart?.index ?? 0);
  checkCommit(recovered.hardState?.commit ?? 0, last);
  const starts = meta.starts + 1;
  for (const file of found.damaged) disk.remove(file);
  const log = new WriteAheadLog(disk, identity, limits, recovered, metaFile);
  if (restart !== null) restartBehind(log, restart, reports);
  const recovery: StorageRecovery = {
    created: false,
    starts,
    hardState: reconcileHardState(recovered.hardState, log.index, snapshot, reports),
    confState: snapshot?.confState ?? meta.initialMembers,
    snapshot,
    firstIndex: log.index.first,
    lastIndex: log.index.last,
    reports,
  };
  return { log, snapshots: new SnapshotStore(disk, identity, snapshot), recovery };
}

function removeTemporaries(disk: Disk, reports: RecoveryReport[]): void {
  for (const file of disk.list().filter(name => name.endsWith('.tmp'))) {
    disk.remove(file);
    reports.push({
      code: 'temporary-removed',
      message: 'an unfinished file was removed',
      place: { file },
    });
  }
}

/** Demands that snapshot and log meet: the log begins at most one behind the snapshot. */
function demandNoGap(
  index: LogIndex,
  marker: SnapshotMarker | null,
  { snapshot, damaged }: FoundSnapshots,
): void {
  const base = index.first - 1;
  const covered = snapshot?.index ?? 0;
  if (base > covered) {
    const has = covered === 0 ? 'there is no snapshot' : `the newest snapshot ends at ${covered}`;
    const message = `the log begins at ${base + 1} but ${has}`;
    const place = { index: covered + 1 };
    const [file] = damaged;
    if (file !== undefined) throw new StorageError('snapshot-damaged', message, { ...place, file });
    throw new StorageError(marker === null ? 'log-gap' : 'snapshot-missing', message, place);
  }
  if (snapshot === null || index.term(base) !== undefined) return;
  if (base === covered) index.adoptBaseTerm(snapshot.term);
  else if (covered <= index.last) index.compactTo(covered);
}

function checkCommit(commit: number, last: number): void {
  if (commit <= last) return;
  const message = `entries up to ${commit} were committed but the log ends at ${last}`;
  throw new StorageError('log-gap', message, { index: last + 1 });
}

/** A crash came between storing a received snapshot and restarting the log behind it: that is done now. */
function restartBehind(log: WriteAheadLog, snapshot: Snapshot, reports: RecoveryReport[]): void {
  const { index, term } = snapshot;
  const { last } = log.index;
  log.append({ marker: { index, term }, entries: [], hardState: null }, error => {
    if (error !== null) throw error;
  });
  reports.push({
    code: 'snapshot-ahead',
    message: `the log ended at ${last} and was restarted behind the snapshot`,
    place: { index },
  });
}

/**
 * The term is at least that of the last entry and of the snapshot, the commit at least the snapshot's index:
 * they may be a batch behind after a crash. No vote can have been given in a term that was never stored.
 */
function reconcileHardState(
  found: HardState | null,
  index: LogIndex,
  snapshot: Snapshot | null,
  reports: RecoveryReport[],
): HardState | null {
  const commit = found?.commit ?? 0;
  const term = Math.max(index.term(index.last) ?? 0, snapshot?.term ?? 0);
  const commitMin = Math.max(commit, snapshot?.index ?? 0);
  if (term <= (found?.term ?? 0)) return found === null ? null : { ...found, commit: commitMin };
  reports.push({
    code: 'term-raised',
    message: `entries of term ${term} were stored before the term itself`,
    place: { index: index.last },
  });
  return { term, vote: 0 as RaftId, commit: commitMin };
}
