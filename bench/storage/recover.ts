/**
 * Recovers a node's directory in a process of its own, so that its memory can be told: `recover.js DIRECTORY`.
 * Prints one line of JSON.
 *
 * @module
 */
import { loadMachine } from '../../src/node/load-machine.js';
import { openNode } from './directory.js';

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

function processorMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const READ_BYTES = 4 * 1024 * 1024;
const startedAt = performance.now();
const processorAt = process.cpuUsage();
const storage = openNode(process.argv[2] ?? '');
const openedAt = performance.now();
const machine = loadMachine(storage);
const loadedAt = performance.now();
const commit = storage.initialState().hardState?.commit ?? 0;
const first = machine.lastApplied;
while (machine.lastApplied < commit) {
  for (const { index, term, data } of storage.entries(machine.lastApplied + 1, commit + 1, READ_BYTES)) {
    machine.apply(index, term, data);
  }
}
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
process.stdout.write(`${JSON.stringify(recovery)}\n`);
