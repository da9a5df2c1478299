/**
 * How much simulated time the simulator manages in a second of CPU on one core: 5 nodes, 20 operations a second, all faults,
 * every invariant checked.
 *
 * @module
 */

import { runSeed } from '../../src/sim/seed-report.js';
import type { BenchFlags } from '../flags.js';
import { keepResult, say } from '../results.js';
import { spreadOf } from '../spread.js';

const WARMUP_SEEDS = 4;
const SEEDS_PER_ROUND = 12;
const GOAL = 1_000;

export async function benchSimulator(flags: BenchFlags): Promise<void> {
  const options = { nodes: 5, operationsPerSecond: 20, allFaults: true };
  for (let seed = 0; seed < WARMUP_SEEDS; seed++) runSeed({ seed, options, mutant: null });
  const speeds: number[] = [];
  let events = 0;
  let busySeconds = 0;
  for (let round = 0; round < flags.rounds; round++) {
    let simulatedMs = 0;
    const before = process.cpuUsage();
    for (let i = 0; i < SEEDS_PER_ROUND; i++) {
      const report = runSeed({ seed: 1_000 + round * SEEDS_PER_ROUND + i, options, mutant: null });
      if (report.violation !== null) throw new Error(`seed ${report.seed}: ${report.violation.message}`);
      simulatedMs += report.simulatedMs;
      events += report.events;
    }
    const used = process.cpuUsage(before);
    const seconds = (used.user + used.system) / 1e6;
    busySeconds += seconds;
    speeds.push(simulatedMs / 1000 / seconds);
  }
  const { median, lowest, highest } = spreadOf(speeds);
  const microsecondsPerEvent = (busySeconds * 1e6) / events;
  const text =
    `${median.toFixed(0)} simulated seconds per CPU second (${lowest.toFixed(0)}–${highest.toFixed(0)}), ` +
    `${microsecondsPerEvent.toFixed(2)} µs an event; goal ≥ ${GOAL} ${median >= GOAL ? '✓' : '✗'}`;
  process.stdout.write(flags.json ? `${JSON.stringify({ speeds, microsecondsPerEvent })}\n` : `${text}\n`);
  say(`kept in ${keepResult('simulator', { speeds, microsecondsPerEvent })}`);
}
