/**
 * Recovers a node's directory the way a node does: storage, snapshot, then the driver, which applies what is committed.
 *
 * @module
 */
import { NodeDriver } from '../../src/node/driver.js';
import type { Host } from '../../src/node/host.js';
import { loadMachine } from '../../src/node/load-machine.js';
import { nodeIndex } from '../../src/node/peer-id.js';
import { openNode, SELF } from './directory.js';

export interface Recovery {
  readonly openMs: number;
  readonly loadMs: number;
  readonly applyMs: number;
  /** Of all of it: what it would take on a machine with nothing else to do, or less. */
  readonly processorMs: number;
  readonly entries: number;
  readonly keys: number;
  readonly maxResidentMb: number;
}

/** More than the log has: no snapshot is made in between. */
const NO_SNAPSHOT = 1e9;

const host: Host = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  random: () => 0.5,
  send: () => {},
  outcome: () => {},
  trace: null,
  event: () => {},
  wake: () => {},
  fault: error => {
    throw error;
  },
  removed: () => {},
};

function processorMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

export function recover(directory: string): Recovery {
  const startedAt = performance.now();
  const processorAt = process.cpuUsage();
  const storage = openNode(directory);
  const openedAt = performance.now();
  const machine = loadMachine(storage);
  const loadedAt = performance.now();
  const commit = storage.initialState().hardState?.commit ?? 0;
  const first = machine.lastApplied;
  const driver = new NodeDriver(
    {
      node: nodeIndex(0),
      raftId: SELF,
      epoch: storage.recovery.starts,
      tickMs: 10,
      electionTicks: 100,
      heartbeatTicks: 10,
      limits: { snapshotLogEntries: NO_SNAPSHOT, snapshotLogBytes: NO_SNAPSHOT },
    },
    { host, storage, machine },
  );
  while (machine.lastApplied < commit) driver.turn();
  const recovery: Recovery = {
    openMs: openedAt - startedAt,
    loadMs: loadedAt - openedAt,
    applyMs: performance.now() - loadedAt,
    processorMs: processorMsSince(processorAt),
    entries: commit - first,
    keys: machine.keyCount,
    maxResidentMb: process.resourceUsage().maxRSS / 1024,
  };
  storage.close();
  return recovery;
}
