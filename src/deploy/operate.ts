/**
 * What else can be done with hosts that were deployed to: stop them, look at them, read what they print.
 *
 * @module
 */
import { checkHosts, type DeployTarget, type HostResult, onEachHost, variablesOf } from './deployment.js';
import { RemoteHost } from './remote-host.js';
import { LOGS_SCRIPT, STATUS_SCRIPT, STOP_SCRIPT } from './scripts.js';

/** `absent`: nothing was ever deployed there. */
export type Stopped = 'stopped' | 'was-stopped' | 'absent';

export interface HostState {
  readonly directory: string;
  /** What `current` stands for; null: nothing was deployed. */
  readonly release: string | null;
  readonly config: string | null;
  readonly pid: number | null;
  readonly ready: string | null;
}

/** Ends the servers of every host and waits until they are gone. Nothing is removed. */
export function stopHosts(target: DeployTarget): Promise<readonly HostResult<Stopped>[]> {
  return each(target, async (host, variables) => {
    const answers = await host.run(STOP_SCRIPT, variables);
    const [was] = answers.get('was') ?? [];
    if (was === 'absent') return 'absent';
    return was === 'running' ? 'stopped' : 'was-stopped';
  });
}

export function hostStates(target: DeployTarget): Promise<readonly HostResult<HostState>[]> {
  return each(target, async (host, variables) => {
    const answers = await host.run(STATUS_SCRIPT, variables);
    const answer = (name: string): string | null => answers.get(name)?.[0] ?? null;
    return {
      directory: answer('directory') ?? '',
      release: answer('release'),
      config: answer('config'),
      pid: answer('pid') === null ? null : Number(answer('pid')),
      ready: answer('ready'),
    };
  });
}

/** The last `lines` of what the servers of each host print. */
export function hostLogs(
  target: DeployTarget,
  lines: number,
): Promise<readonly HostResult<readonly string[]>[]> {
  return each(target, async (host, variables) => {
    const answers = await host.run(LOGS_SCRIPT, { ...variables, lines: String(lines) });
    return answers.get('log') ?? [];
  });
}

function each<T>(
  target: DeployTarget,
  work: (host: RemoteHost, variables: Readonly<Record<string, string>>) => Promise<T>,
): Promise<readonly HostResult<T>[]> {
  checkHosts(target);
  return onEachHost(target.hosts, host =>
    work(new RemoteHost(host, target.access), variablesOf(target, host)),
  );
}
