/**
 * What every benchmark is told.
 *
 * @module
 */
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
}
