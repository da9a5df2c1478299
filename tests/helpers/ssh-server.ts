/**
 * A real `sshd` on loopback, with keys of its own, that lets the user of this test in and nobody else.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { eventually } from './serve.js';

const SSHD = '/usr/sbin/sshd';
/** No server outlives this, whatever happens to the test. */
const LIFETIME_MS = 180_000;

/** Says so where it is missing. */
export function hasSshServer(): boolean {
  const isThere = existsSync(SSHD) && spawnSync('ssh', ['-V'], { stdio: 'ignore' }).error === undefined;
  if (!isThere) process.stdout.write('skipped: needs sshd and ssh, which are not installed\n');
  return isThere;
}

export class SshServer {
  /** The name holds what a careless command line would trip over. */
  readonly folder = mkdtempSync(join(tmpdir(), "raftkv ssh 100% it's-"));
  readonly identity = join(this.folder, 'user key');
  readonly knownHosts = join(this.folder, 'known hosts');
  readonly port: number;
  readonly user = userInfo().username;
  #child: ChildProcess | null = null;
  #ended: Promise<unknown> = Promise.resolve();
  #log = '';

  constructor(port: number) {
    this.port = port;
  }

  /** @param addresses loopback addresses it listens at, and whose host key is known */
  async start(...addresses: readonly string[]): Promise<void> {
    const hostKey = this.#makeKey('host key');
    this.#makeKey('user key');
    const [type, key] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ');
    writeFileSync(
      this.knownHosts,
      addresses.map(address => `[${address}]:${this.port} ${type} ${key}\n`).join(''),
    );
    const config = join(this.folder, 'sshd_config');
    writeFileSync(config, this.#config(hostKey, addresses));
    // Where the system's own server never ran, its empty directory is missing.
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    this.#child = spawn(SSHD, ['-D', '-e', '-f', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: LIFETIME_MS,
      killSignal: 'SIGKILL',
    });
    this.#ended = once(this.#child, 'exit');
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString();
    });
    await eventually(`sshd at port ${this.port}: ${this.#log}`, 10_000, () =>
      this.#answers(addresses[0] ?? ''),
    );
  }

  async stop(): Promise<void> {
    this.#child?.kill('SIGTERM');
    await this.#ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  #config(hostKey: string, addresses: readonly string[]): string {
    return [
      ...addresses.map(address => `ListenAddress ${address}:${this.port}`),
      `HostKey "${hostKey}"`,
      `AuthorizedKeysFile "${this.identity.replaceAll('%', '%%')}.pub"`,
      `AllowUsers ${this.user}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'Subsystem sftp internal-sftp',
      '',
    ].join('\n');
  }

  #makeKey(name: string): string {
    const file = join(this.folder, name);
    const { status, stderr } = spawnSync(
      'ssh-keygen',
      ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file],
      { encoding: 'utf8', timeout: 20_000 },
    );
    if (status !== 0) throw new Error(`ssh-keygen: ${stderr}`);
    return file;
  }

  #answers(host: string): Promise<true | undefined> {
    return new Promise(resolve => {
      const socket = connect(this.port, host, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(undefined));
    });
  }
}
