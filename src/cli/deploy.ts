/**
 * `raftkv deploy`: the servers of a config on their hosts, over ssh.
 *
 * @module
 */
import { Command, Option } from 'commander';
import { deploy, type HostReport } from '../deploy/deploy.js';
import { DeployError } from '../deploy/deploy-error.js';
import type { DeployTarget, HostResult } from '../deploy/deployment.js';
import { type HostState, hostLogs, hostStates, stopHosts } from '../deploy/operate.js';
import { configOf, wholeNumber } from './arguments.js';
import { EXIT_FAILED, InvalidOperation, OperationFailed } from './cli-error.js';
import { print, printError, printJson } from './terminal.js';
import { writeContainer, writeSystemd } from './write-service-files.js';

export interface DeployFlags {
  readonly user?: string;
  readonly identity?: string;
  readonly port?: number;
  readonly knownHosts?: string;
  readonly acceptNewHostKeys?: true;
  readonly sshConfig?: string;
  readonly sshOption: readonly string[];
  readonly dir: string;
  readonly node?: string;
  readonly only?: readonly string[];
  readonly within: number;
  readonly dryRun?: true;
  /** False with `--no-start`. */
  readonly start: boolean;
  readonly stop?: true;
  readonly status?: true;
  readonly logs?: true;
  readonly lines: number;
  readonly writeSystemd?: string;
  readonly writeContainer?: string;
  readonly json?: true;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const WHAT_ELSE = ['stop', 'status', 'logs', 'dryRun', 'writeSystemd', 'writeContainer'] as const;

export const deployCommand = (): Command =>
  new Command('deploy')
    .description(
      'Install and start the servers of a config on their hosts, over ssh; again: only what differs.',
    )
    .argument('<config>', 'config file of the cluster; its servers are the hosts')
    .option('--user <name>', 'log in as this user')
    .option('--identity <file>', 'private key to log in with')
    .option('--dir <directory>', "where to install, from the user's home on; %h is the host's name", 'raftkv')
    .option('--port <port>', 'port of ssh on the hosts', wholeNumber(1, 65_535))
    .option('--known-hosts <file>', 'host keys to trust, instead of your own list')
    .option('--accept-new-host-keys', 'trust hosts that were never seen; a changed key is still refused')
    .option('--ssh-config <file>', 'configuration of ssh, instead of your own')
    .option('--ssh-option <name=value>', 'an option of ssh -o; may be given several times', collect, [])
    .option('--node <program>', 'Node.js on the hosts (default: node)')
    .option('--only <host...>', 'only these hosts of the config')
    .option('--within <seconds>', 'time to be ready, or to stop', wholeNumber(1, 3600), 60)
    .option('--dry-run', 'only tell what would be done')
    .option('--no-start', 'install, and leave starting to systemd')
    .option('--stop', 'stop the servers; their data stays')
    .option('--status', 'show what runs where')
    .option('--logs', 'print the last lines of what the servers say')
    .addOption(
      new Option('--lines <count>', 'how many lines of --logs')
        .argParser(wholeNumber(1, 100_000))
        .default(50),
    )
    .option('--write-systemd <directory>', 'write systemd units instead, one a host')
    .option('--write-container <directory>', 'write what builds a container image instead')
    .option('--json', 'print JSON, one object a host')
    .action(run);

const run = async (path: string, flags: DeployFlags): Promise<void> => {
  const chosen = WHAT_ELSE.filter(name => flags[name] !== undefined);
  if (chosen.length > 1) {
    throw new InvalidOperation('give one of --stop, --status, --logs, --dry-run and the two --write-…');
  }
  const target = targetOf(path, flags);
  try {
    if (flags.writeSystemd !== undefined) return writeSystemd(target, flags.writeSystemd);
    if (flags.writeContainer !== undefined) return await writeContainer(target, flags.writeContainer);
    if (flags.stop) return await stop(target, flags);
    if (flags.status) return await showStates(target, flags);
    if (flags.logs) return await showLogs(target, flags);
    await bring(target, flags);
  } catch (error) {
    throw error instanceof DeployError ? new OperationFailed(error.message) : error;
  }
};

const targetOf = (path: string, flags: DeployFlags): DeployTarget => {
  const { config, file } = configOf(path);
  const unsafe = flags.sshOption.find(option => /^\s*stricthostkeychecking\b/i.test(option));
  if (unsafe !== undefined) {
    throw new InvalidOperation(
      `--ssh-option ${unsafe}: host keys are always checked; see --accept-new-host-keys`,
    );
  }
  const unknown = (flags.only ?? []).find(host => !config.servers.includes(host));
  if (unknown !== undefined) {
    throw new InvalidOperation(`--only: expected one of ${config.servers.join(', ')}, found ${unknown}`);
  }
  return {
    config,
    configFile: file,
    hosts: flags.only ?? config.servers,
    directory: flags.dir,
    node: flags.node ?? 'node',
    access: {
      user: flags.user ?? null,
      identity: flags.identity ?? null,
      port: flags.port ?? null,
      knownHosts: flags.knownHosts ?? null,
      acceptNewHostKeys: flags.acceptNewHostKeys === true,
      sshConfig: flags.sshConfig ?? null,
      options: flags.sshOption,
    },
    limitMs: flags.within * 1000,
  };
};

const bring = async (target: DeployTarget, flags: DeployFlags): Promise<void> => {
  const isDryRun = flags.dryRun === true;
  const results = await deploy(target, {
    isDryRun,
    isInstallOnly: !flags.start,
    onProgress: (host, text) => printError(`${host}: ${text}`),
  });
  report(results, flags, value => (isDryRun ? planText(value) : doneText(value)));
};

const DONE: Readonly<Record<HostReport['change'], string>> = {
  none: 'unchanged',
  install: 'installed, not started',
  start: 'started',
  restart: 'restarted',
};

const doneText = ({ change, copied, directory, release, pid, ready }: HostReport): string => {
  const isSame = change === 'install' && copied.length === 0;
  const parts = [
    isSame ? 'unchanged, not started' : DONE[change],
    ...(copied.length === 0 ? [] : [`${copied.join(' and ')} copied`]),
    `${release} in ${directory}`,
    ...(pid === null ? [] : [`process ${pid}`]),
    ...(ready === null ? [] : [ready]),
  ];
  return parts.join(', ');
};

const planText = ({ change, copied, directory, release }: HostReport): string => {
  if (change === 'none') return `would stay unchanged: ${release} in ${directory}`;
  const verb = change === 'install' ? 'install' : change;
  return `would ${copied.length === 0 ? '' : `copy ${copied.join(' and ')} and `}${verb}: ${release} in ${directory}`;
};

const stop = async (target: DeployTarget, flags: DeployFlags): Promise<void> => {
  const texts = {
    stopped: 'stopped; its data stays',
    'was-stopped': 'unchanged: nothing was running',
    absent: 'unchanged: nothing was ever deployed there',
  } as const;
  report(
    await stopHosts(target),
    flags,
    state => texts[state],
    state => ({ state }),
  );
};

/** Exit 1 unless every host runs and is ready. */
const showStates = async (target: DeployTarget, flags: DeployFlags): Promise<void> => {
  const results = await hostStates(target);
  report(results, flags, stateText);
  if (results.some(result => !result.ok || result.value.ready === null)) process.exitCode = EXIT_FAILED;
};

const stateText = ({ directory, release, config, pid, ready }: HostState): string => {
  if (release === null) return `nothing was deployed in ${directory}`;
  const what = `${release}, config ${config ?? '?'}, in ${directory}`;
  return pid === null ? `stopped: ${what}` : `process ${pid}, ${what}: ${ready ?? 'not ready yet'}`;
};

const showLogs = async (target: DeployTarget, flags: DeployFlags): Promise<void> => {
  const results = await hostLogs(target, flags.lines);
  report(
    results,
    flags,
    lines => `the last ${lines.length} lines\n${lines.map(line => `  ${line}`).join('\n')}`,
    lines => ({ lines }),
  );
};

const report = <T extends object | string>(
  results: readonly HostResult<T>[],
  flags: DeployFlags,
  textOf: (value: T) => string,
  dataOf: (value: T) => object = value => value as object,
): void => {
  for (const result of results) {
    const { host } = result;
    if (flags.json) {
      printJson(
        result.ok
          ? { host, ok: true, ...dataOf(result.value) }
          : { host, ok: false, code: result.error.code, error: result.error.message },
      );
    } else if (result.ok) print(`${host}: ${textOf(result.value)}`);
    else printError(`${host}: ${result.error.message}`);
  }
  const failed = results.filter(({ ok }) => !ok).length;
  if (failed === 0) return;
  process.exitCode = EXIT_FAILED;
  if (!flags.json) printError(`${failed} of ${results.length} hosts failed; the others are as told above`);
};
