/**
 * A real etcd cluster on loopback, as fast as it can be made: it does not wait for its disk.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EtcdEngine } from '../../src/engine/etcd/etcd-engine.js';
import type { EtcdTls } from '../../src/engine/etcd/options.js';
import { type Certificate, pemOf } from './certificates.js';

export const hasEtcd = spawnSync('etcd', ['--version']).status === 0;

const START_MS = 15_000;
/** Somebody else may take a port between its choice and its use. */
const ATTEMPTS = 3;

interface ServerFiles extends Certificate {
  readonly caFile: string;
}

const securedBy = ({ certFile, keyFile, caFile }: ServerFiles): readonly string[] => [
  ...['--cert-file', certFile, '--key-file', keyFile, '--trusted-ca-file', caFile, '--client-cert-auth'],
];

export class EtcdMembers {
  /** `host:port` of each member's client port. */
  readonly endpoints: readonly string[];
  readonly #directory: string;
  readonly #commands: readonly (readonly string[])[];
  readonly #processes: (ChildProcess | null)[];

  private constructor(directory: string, ports: readonly number[], server: ServerFiles | null = null) {
    const members = Array.from({ length: ports.length / 2 }, (_, at) => ({
      name: `m${at}`,
      client: `127.0.0.1:${ports[2 * at]}`,
      url: `${server === null ? 'http' : 'https'}://127.0.0.1:${ports[2 * at]}`,
      peer: `http://127.0.0.1:${ports[2 * at + 1]}`,
    }));
    this.#directory = directory;
    this.endpoints = members.map(({ client }) => client);
    const all = members.map(({ name, peer }) => `${name}=${peer}`).join(',');
    this.#commands = members.map(({ name, url, peer }) => [
      ...['--name', name, '--data-dir', join(directory, name), '--log-level', 'error', '--unsafe-no-fsync'],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', all, '--heartbeat-interval', '50', '--election-timeout', '500'],
      ...(server === null ? [] : securedBy(server)),
    ]);
    this.#processes = members.map(() => null);
    // A test that ends by an error must not leave them behind.
    process.once('exit', () => {
      for (const child of this.#processes) child?.kill('SIGKILL');
    });
  }

  /** One member that lets in only who has a certificate of the authority; `client`: one that has. */
  static async startSecured(server: ServerFiles, client: Certificate): Promise<EtcdMembers> {
    const directory = mkdtempSync(join(tmpdir(), 'raftkv-etcd-'));
    const member = new EtcdMembers(directory, await freePorts(2), server);
    member.revive(0);
    const tls = { ca: readFileSync(server.caFile, 'utf8'), ...pemOf(client) };
    if (await member.#isLedInTime(tls)) return member;
    await member.stop();
    throw new Error('etcd with certificates has no leader');
  }

  /** Starts `count` members and waits until they have a leader. @throws when they have none in time */
  static async start(count = 3): Promise<EtcdMembers> {
    for (let attempt = 1; ; attempt++) {
      const directory = mkdtempSync(join(tmpdir(), 'raftkv-etcd-'));
      const members = new EtcdMembers(directory, await freePorts(2 * count));
      for (let at = 0; at < count; at++) members.revive(at);
      if (await members.#isLedInTime()) return members;
      await members.stop();
      if (attempt >= ATTEMPTS) throw new Error(`etcd has no leader after ${ATTEMPTS} attempts`);
    }
  }

  /** Starts a member again from its directory. */
  revive(index: number): void {
    this.#processes[index] = spawn('etcd', [...(this.#commands[index] ?? [])], { stdio: 'ignore' });
  }

  async kill(index: number): Promise<void> {
    const child = this.#processes[index];
    this.#processes[index] = null;
    if (child === null || child === undefined || child.exitCode !== null) return;
    const gone = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Which member leads. @throws when none does in time */
  async leader(): Promise<number> {
    const engine = new EtcdEngine({ endpoints: this.endpoints });
    try {
      await engine.start();
      for (const endMs = performance.now() + START_MS; performance.now() < endMs; ) {
        const index = engine.members.findIndex(state => state.reachable && state.leader === state.member);
        if (index >= 0) return index;
        await new Promise(resolve => setTimeout(resolve, 50));
      }
      throw new Error('etcd has no leader');
    } finally {
      engine.close();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((_, index) => this.kill(index)));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #isLedInTime(tls?: EtcdTls): Promise<boolean> {
    const endMs = performance.now() + START_MS;
    const engine = new EtcdEngine({ endpoints: this.endpoints, ...(tls === undefined ? {} : { tls }) });
    await engine.start();
    const hasEnded = () => this.#processes.some(child => child === null || child.exitCode !== null);
    while (!engine.isLed && performance.now() < endMs && !hasEnded()) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    engine.close();
    return engine.isLed;
  }
}

/** Ports nobody listened on a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    probes.map(
      probe =>
        new Promise<number>(resolve => {
          probe.listen(0, '127.0.0.1', () => {
            const address = probe.address();
            resolve(address !== null && typeof address === 'object' ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(probes.map(probe => new Promise(resolve => probe.close(resolve))));
  return ports;
}
