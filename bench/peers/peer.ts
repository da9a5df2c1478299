/**
 * Another store beside which this one is measured.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';

export interface Peer {
  readonly name: 'redis' | 'etcd';
  /** All its processes. */
  readonly pids: readonly number[];
  /** Of the member that the load goes to: its leader, if it has one. */
  readonly port: number;
  readonly protocol: 'resp' | 'grpc';
  stop(): Promise<void>;
}

/** Its version, null when the program is not installed. */
export function versionOf(program: string): string | null {
  try {
    return (
      execFileSync(program, ['--version'], { encoding: 'utf8', timeout: 5_000 }).split('\n')[0] ?? program
    );
  } catch {
    return null;
  }
}
