/**
 * What a process has used, as the kernel counts it (Linux only).
 *
 * @module
 */
import { readFileSync } from 'node:fs';

/** Clock ticks a second in `/proc`: fixed at 100 by the kernel's interface. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;
/** Fields of `/proc/PID/stat` after the name in brackets. */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** The same for children that have ended and were waited for. */
const CHILDREN_USER_TICKS = 13;
const CHILDREN_SYSTEM_TICKS = 14;

export interface ProcessUsage {
  /** User and system time of all threads. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** Of several processes together. @throws Error when one of them has ended */
export function usageOf(pids: readonly number[]): ProcessUsage {
  let ticks = 0;
  let pages = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS]);
    pages += Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  }
  return { cpuSeconds: ticks / TICKS_PER_SECOND, residentBytes: pages * PAGE_BYTES };
}

/** CPU seconds of everything on the machine since it was started, but for this process and its children that have ended. */
export function othersCpuSeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, _idle, _waiting, interrupts = 0, softInterrupts = 0] = line
    .split(/ +/)
    .slice(1)
    .map(Number);
  const own = readFileSync('/proc/self/stat', 'utf8');
  const fields = own.slice(own.lastIndexOf(')') + 2).split(' ');
  const ownTicks = [USER_TICKS, SYSTEM_TICKS, CHILDREN_USER_TICKS, CHILDREN_SYSTEM_TICKS].reduce(
    (sum, field) => sum + Number(fields[field]),
    0,
  );
  return (user + nice + system + interrupts + softInterrupts - ownTicks) / TICKS_PER_SECOND;
}
