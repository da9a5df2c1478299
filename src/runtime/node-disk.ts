/**
 * The disk of a node's thread: real files or shared memory, under the faults that `disk NODE …` sets, measured.
 *
 * @module
 */
import type { Disk } from '../storage/disk.js';
import { FaultyDisk } from '../storage/faulty-disk.js';
import { RealDisk, type SyncMode } from '../storage/real-disk.js';
import { type SharedFileChange, SharedMemoryDisk } from '../storage/shared-memory-disk.js';
import type { DiskFault } from './control.js';
import { LatencyHistogram } from './latency-histogram.js';
import { MeasuredDisk } from './measured-disk.js';
import type { DiskSpec } from './node-protocol.js';
import type { Random } from './random.js';

export interface NodeDisk {
  readonly disk: Disk;
  readonly syncs: LatencyHistogram;
  setFault(fault: DiskFault): void;
  /** Of real files, from the next sync on. */
  setSyncMode(mode: SyncMode): void;
}

/** `onFileChange` is told what a memory disk does to its table of files, in order. */
export function openNodeDisk(
  spec: DiskSpec,
  random: Random,
  onFileChange: (change: SharedFileChange) => void,
): NodeDisk {
  const bare =
    spec.kind === 'real' ? new RealDisk(spec.directory) : new SharedMemoryDisk(spec.files, onFileChange);
  const faulty = new FaultyDisk(bare, {
    random: () => random.unit(),
    schedule: (delayMs, action) => void setTimeout(action, delayMs),
  });
  const syncs = new LatencyHistogram();
  return {
    disk: new MeasuredDisk(faulty, syncs),
    syncs,
    setSyncMode: mode => {
      if (bare instanceof RealDisk) bare.syncMode = mode;
    },
    setFault: fault => faulty.setFault(fault.kind === 'slow' ? { kind: 'slow', ms: fault.delayMs } : fault),
  };
}
