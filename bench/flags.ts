/**
 * What every benchmark is told.
 *
 * @module
 */
import type { Targets } from './targets.js';

export type LoadKind = readonly [command: 'set' | 'get', pipeline: number];

export interface BenchFlags {
  /** What the clients do, one after the other. */
  readonly loads: readonly LoadKind[];
  /** First of the ports used. */
  readonly port: number;
  readonly connections: number;
  /** Of one measurement. */
  readonly durationMs: number;
  /** Interleaved repetitions, where there are some. */
  readonly rounds: number;
  readonly json: boolean;
  /** Put the table into the README. */
  readonly readme: boolean;
  /** Shorter, where that can be. */
  readonly quick: boolean;
  /** Another build of this project to compare with: its output folder. */
  readonly build: string | null;
  /** Failover: somebody writes at the leader until it dies. */
  readonly writer: boolean;
  /** What the mode is about: a commit, or settings. */
  readonly names: readonly string[];
  /** `rounds` and `durationMs` were asked for, not taken by default. */
  readonly roundsGiven: boolean;
  readonly secondsGiven: boolean;
  /** Stores to measure beside this one, if they are installed. */
  readonly against: readonly ('redis' | 'etcd')[];
  /** Largest number of keys a growing store is given. */
  readonly mostKeys: number;
  /** How long a soak lasts. */
  readonly minutes: number;
  /** What was promised, as far as it was measured. */
  readonly targets: Targets;
}
