/**
 * Three hosts for tests of several hosts: network namespaces joined by a bridge where the machine allows them, else
 * three loopback addresses.
 *
 * The bridge lives in a namespace of its own, in which the test must run: `enter` starts the test file again there.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';

const ENTERED_VARIABLE = 'RAFTKV_TEST_HOSTS';
const SUBNET = '10.98.7';

export interface TestHost {
  /** As the config's `servers` has it. */
  readonly address: string;
  /** What comes before a command that is to run there. */
  readonly prefix: readonly string[];
  /** Cuts the host off from everybody, or ends that; null: not possible on this machine. */
  readonly setLink: ((isUp: boolean) => void) | null;
}

/** The namespaces' hosts when this process runs among them, else those of the loopback device. */
export function hostsHere(): readonly [TestHost, TestHost, TestHost] {
  const name = process.env[ENTERED_VARIABLE];
  const host = (number: number): TestHost =>
    name === undefined ? loopbackHost(number) : namespacedHost(name, number);
  return [host(1), host(2), host(3)];
}

export const isInside = (): boolean => process.env[ENTERED_VARIABLE] !== undefined;

function loopbackHost(number: number): TestHost {
  return { address: `127.0.0.${number + 1}`, prefix: [], setLink: null };
}

function namespacedHost(name: string, number: number): TestHost {
  return {
    address: `${SUBNET}.${number}`,
    prefix: ['ip', 'netns', 'exec', `${name}-${number}`],
    setLink: isUp => must('link', 'set', `host${number}`, isUp ? 'up' : 'down'),
  };
}

/**
 * Runs a test file among three namespaces of its own, which are gone afterwards.
 * @returns its exit code and output; null where namespaces are not allowed
 */
export function enter(
  file: string,
  limitMs: number,
): { readonly code: number | null; readonly output: string } | null {
  const name = `raftkv-${process.pid}`;
  if (!ip('netns', 'add', name)) return null;
  try {
    if (!build(name)) return null;
    const { status, stdout, stderr } = spawnSync('ip', ['netns', 'exec', name, process.execPath, file], {
      encoding: 'utf8',
      timeout: limitMs,
      killSignal: 'SIGKILL',
      env: { ...process.env, [ENTERED_VARIABLE]: name },
    });
    return { code: status, output: `${stdout}\n${stderr}` };
  } finally {
    for (const number of [1, 2, 3]) ip('netns', 'delete', `${name}-${number}`);
    ip('netns', 'delete', name);
  }
}

/** A bridge, and one cable from it to each host. */
function build(name: string): boolean {
  const inside = (...args: readonly string[]): boolean => ip('-n', name, ...args);
  const isBridged =
    inside('link', 'set', 'lo', 'up') &&
    inside('link', 'add', 'bridge', 'type', 'bridge') &&
    inside('link', 'set', 'bridge', 'up') &&
    inside('address', 'add', `${SUBNET}.254/24`, 'dev', 'bridge');
  return isBridged && [1, 2, 3].every(number => plugIn(name, number));
}

function plugIn(name: string, number: number): boolean {
  const host = `${name}-${number}`;
  const port = `host${number}`;
  return (
    ip('netns', 'add', host) &&
    ip('-n', name, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host) &&
    ip('-n', name, 'link', 'set', port, 'master', 'bridge') &&
    ip('-n', name, 'link', 'set', port, 'up') &&
    ip('-n', host, 'link', 'set', 'lo', 'up') &&
    ip('-n', host, 'link', 'set', 'eth0', 'up') &&
    ip('-n', host, 'address', 'add', `${SUBNET}.${number}/24`, 'dev', 'eth0')
  );
}

const ip = (...args: readonly string[]): boolean =>
  spawnSync('ip', args, { stdio: 'ignore', timeout: 10_000 }).status === 0;

function must(...args: readonly string[]): void {
  if (!ip(...args)) throw new Error(`ip ${args.join(' ')} failed`);
}
