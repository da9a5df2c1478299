/**
 * Brings every host of a config to one program and one config, running and ready.
 *
 * In this order: look at all hosts; copy what is missing, which disturbs nobody; start the hosts that do not run, all at
 * once, for they need each other to be ready; then restart, one after the other, those that run something else. A host
 * that fails is reported and left as it is.
 *
 * @module
 */
import { type ConfigFiles, collectConfig } from './config-files.js';
import { DeployError } from './deploy-error.js';
import { checkHosts, type DeployTarget, type HostResult, onEachHost, variablesOf } from './deployment.js';
import { Packer } from './pack.js';
import { collectProgram, type ProgramFiles } from './program-files.js';
import { type Answers, RemoteHost } from './remote-host.js';
import { INSTALL_SCRIPT, LINK_SCRIPT, PROBE_SCRIPT, START_SCRIPT, WAIT_SCRIPT } from './scripts.js';

/** What is, or would be, done on a host. */
export type HostChange = 'none' | 'install' | 'start' | 'restart';

export interface HostReport {
  readonly change: HostChange;
  /** What was, or would be, copied there. */
  readonly copied: readonly ('program' | 'config')[];
  readonly directory: string;
  readonly release: string;
  readonly pid: number | null;
  /** What the servers said when they were ready; null: nothing was started, as only a plan was asked for. */
  readonly ready: string | null;
}

export interface DeployOptions {
  /** Only tell what would be done. */
  readonly isDryRun: boolean;
  /** Copy and install, and leave it to others (systemd) to start. */
  readonly isInstallOnly: boolean;
  /** Told what goes on, one line each. */
  readonly onProgress: (host: string, text: string) => void;
}

interface Probe {
  readonly change: HostChange;
  readonly missing: readonly ('program' | 'config')[];
  readonly directory: string;
  readonly upload: string | null;
  readonly pid: number | null;
  readonly ready: string | null;
}

/** @throws DeployError `local` when nothing could be begun; what fails on a host is in its result */
export async function deploy(
  target: DeployTarget,
  options: DeployOptions,
): Promise<readonly HostResult<HostReport>[]> {
  checkHosts(target);
  const deployment = new Deployment(target, options);
  try {
    return await deployment.run();
  } finally {
    deployment.close();
  }
}

class Deployment {
  readonly #target: DeployTarget;
  readonly #options: DeployOptions;
  readonly #program: ProgramFiles = collectProgram();
  readonly #config: ConfigFiles;
  readonly #packer = new Packer();
  readonly #failures = new Map<string, DeployError>();
  readonly #probes = new Map<string, Probe>();
  readonly #reports = new Map<string, HostReport>();

  constructor(target: DeployTarget, options: DeployOptions) {
    this.#target = target;
    this.#options = options;
    this.#config = collectConfig(target.configFile, !options.isDryRun);
  }

  close(): void {
    this.#packer.remove();
  }

  async run(): Promise<readonly HostResult<HostReport>[]> {
    const { hosts } = this.#target;
    await this.#step(hosts, host => this.#probe(host));
    if (this.#options.isDryRun) {
      for (const host of this.#probes.keys()) this.#reportAsFound(host);
      return this.#results();
    }
    await this.#step(
      this.#hostsTo(({ upload }) => upload !== null),
      host => this.#install(host),
    );
    await this.#step(
      this.#hostsTo(({ change }) => change === 'install'),
      host => this.#link(host),
    );
    await this.#step(
      this.#hostsTo(({ change }) => change === 'none'),
      host => this.#confirm(host),
    );
    const fresh = this.#hostsTo(({ change }) => change === 'start');
    await this.#step(fresh, host => this.#start(host));
    await this.#step(fresh, host => this.#confirm(host));
    for (const host of this.#hostsTo(({ change }) => change === 'restart')) {
      // The next host goes on serving until this one is back; where one fails, the others stay as they are.
      if (this.#failures.size > 0) this.#failures.set(host, notTried());
      else await this.#step([host], () => this.#restart(host));
    }
    return this.#results();
  }

  async #step(hosts: readonly string[], work: (host: string) => Promise<void>): Promise<void> {
    const left = hosts.filter(host => !this.#failures.has(host));
    for (const result of await onEachHost(left, work)) {
      if (!result.ok) this.#failures.set(result.host, result.error);
    }
  }

  #hostsTo(condition: (probe: Probe) => boolean): readonly string[] {
    return this.#target.hosts.filter(host => {
      const probe = this.#probes.get(host);
      return probe !== undefined && !this.#failures.has(host) && condition(probe);
    });
  }

  #results(): readonly HostResult<HostReport>[] {
    return this.#target.hosts.map(host => {
      const value = this.#reports.get(host);
      const error = this.#failures.get(host);
      if (value !== undefined && error === undefined) return { host, ok: true, value };
      return { host, ok: false, error: error ?? new DeployError('local', 'nothing was done') };
    });
  }

  async #probe(host: string): Promise<void> {
    const mode = this.#options.isDryRun ? 'look' : 'upload';
    const answers = await this.#run(host, PROBE_SCRIPT, { mode });
    const pid = numberIn(answers, 'pid');
    const isCurrent =
      answers.get('running-release')?.[0] === this.#program.name &&
      answers.get('running-config')?.[0] === this.#config.name;
    const change = pid === null ? 'start' : isCurrent ? 'none' : 'restart';
    this.#probes.set(host, {
      change: this.#options.isInstallOnly ? 'install' : change,
      missing: (answers.get('missing') ?? []).filter(what => what === 'program' || what === 'config'),
      directory: answers.get('directory')?.[0] ?? '',
      upload: answers.get('upload')?.[0] ?? null,
      pid,
      ready: answers.get('ready')?.[0] ?? null,
    });
  }

  async #install(host: string): Promise<void> {
    const { missing = [], upload } = this.#probes.get(host) ?? {};
    if (typeof upload !== 'string' || !/^\/tmp\/raftkv-upload\.\w+$/.test(upload)) {
      throw new DeployError('refused', `no folder to copy to: ${upload}`);
    }
    const archives = await Promise.all(
      missing.map(what =>
        what === 'program' ? this.#packer.program(this.#program) : this.#packer.config(this.#config),
      ),
    );
    this.#options.onProgress(host, `copying ${missing.join(' and ')}`);
    await this.#remote(host).copy(archives, upload);
    await this.#run(host, INSTALL_SCRIPT, { upload });
  }

  async #link(host: string): Promise<void> {
    const answers = await this.#run(host, LINK_SCRIPT);
    const probe = this.#probes.get(host);
    if (probe !== undefined) this.#report(host, probe, numberIn(answers, 'pid'), null);
  }

  async #start(host: string): Promise<void> {
    this.#options.onProgress(host, 'starting');
    await this.#run(host, START_SCRIPT);
  }

  async #restart(host: string): Promise<void> {
    this.#options.onProgress(host, 'restarting: it runs another program or config');
    await this.#run(host, START_SCRIPT);
    await this.#confirm(host);
  }

  /** Waits until the servers of the host are ready. */
  async #confirm(host: string): Promise<void> {
    const answers = await this.#run(host, WAIT_SCRIPT);
    const [state] = answers.get('state') ?? [];
    if (state !== 'ready') {
      const log = (answers.get('log') ?? []).slice(-LOG_LINES).join('\n  ');
      const what =
        state === 'ended'
          ? 'its servers ended'
          : `its servers run but were not ready within ${this.#target.limitMs / 1000} s; see --status later`;
      throw new DeployError('not-ready', log === '' ? what : `${what}; they said:\n  ${log}`);
    }
    const probe = this.#probes.get(host);
    if (probe === undefined) return;
    this.#report(host, probe, numberIn(answers, 'pid'), answers.get('ready')?.[0] ?? null);
  }

  #reportAsFound(host: string): void {
    const probe = this.#probes.get(host);
    if (probe !== undefined) this.#report(host, probe, probe.pid, probe.ready);
  }

  #report(host: string, probe: Probe, pid: number | null, ready: string | null): void {
    const { change, missing: copied, directory } = probe;
    this.#reports.set(host, { change, copied, directory, release: this.#program.name, pid, ready });
  }

  #run(host: string, script: string, more: Readonly<Record<string, string>> = {}): Promise<Answers> {
    const { name: release, entry } = this.#program;
    const variables = { ...variablesOf(this.#target, host), release, entry, config: this.#config.name };
    return this.#remote(host).run(script, { ...variables, ...more });
  }

  #remote(host: string): RemoteHost {
    return new RemoteHost(host, this.#target.access);
  }
}

const LOG_LINES = 5;

const notTried = (): DeployError =>
  new DeployError('not-ready', 'goes on as it was: another host failed, and one at a time is enough');

function numberIn(answers: Answers, name: string): number | null {
  const [text] = answers.get(name) ?? [];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}
