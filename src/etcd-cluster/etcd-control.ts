/**
 * What can be done to a spawned etcd: everything that needs only its processes and its links. What would need a hand inside
 * etcd (its clock, its disk) is refused.
 *
 * @module
 */
import type { MessageKind } from '../node/frame.js';
import { type ClusterControl, ControlError, type KvResult, type NodeSelector } from '../runtime/control.js';
import { asControlError } from '../runtime/control-failure.js';
import type { LinkFaults } from '../runtime/link.js';
import { LinkControl } from '../runtime/link-control.js';
import type { Matrix } from '../runtime/matrix.js';
import type { ClusterStatus } from '../runtime/status.js';
import { waitUntil } from '../runtime/wait-until.js';
import type { EtcdRuntime } from './etcd-runtime.js';

const MOVE_LIMIT_MS = 5_000;
const SEEN_LIMIT_MS = 2_000;

export class EtcdControl implements ClusterControl {
  readonly #runtime: EtcdRuntime;
  readonly #links: LinkControl;

  constructor(runtime: EtcdRuntime) {
    this.#runtime = runtime;
    this.#links = new LinkControl(runtime.router, node => void runtime.member(node));
  }

  status(): ClusterStatus {
    return this.#runtime.status();
  }

  setMatrix(rows: Matrix): void {
    this.#links.setMatrix(rows);
    this.#runtime.network.linksChanged();
  }

  matrix(): Matrix {
    return this.#links.matrix();
  }

  setLink(from: NodeSelector, to: NodeSelector, faults: Partial<LinkFaults>): void {
    this.#links.setLink(from, to, faults);
    this.#runtime.network.linksChanged();
  }

  filter(from: NodeSelector, to: NodeSelector, kind: MessageKind, on: boolean): void {
    this.#links.filter(from, to, kind, on);
  }

  healLinks(): void {
    this.#links.heal();
  }

  async kill(node: number): Promise<void> {
    await this.#runtime.supervisor.kill(node);
  }

  async revive(node: number): Promise<void> {
    await asControlError(this.#runtime.supervisor.revive(node));
  }

  async pause(node: number): Promise<void> {
    await this.#runtime.supervisor.pause(node);
  }

  async resume(node: number): Promise<void> {
    await this.#runtime.supervisor.resume(node);
  }

  async setClock(): Promise<void> {
    throw unsupported('etcd takes the clock of the machine: it cannot be set for one member');
  }

  async setDisk(): Promise<void> {
    throw unsupported('etcd writes to real files: its disk cannot be made to fail from here');
  }

  async addNode(): Promise<void> {
    throw unsupported('the members of a spawned etcd are those it was started with');
  }

  async removeNode(): Promise<void> {
    throw unsupported('the members of a spawned etcd are those it was started with');
  }

  async snapshot(): Promise<{ readonly index: number }> {
    throw unsupported('etcd decides itself when to snapshot: see snapshot_entries in the config');
  }

  /** Resolves when the status shows the new leader. */
  async transferLeadership(to: number): Promise<void> {
    const runtime = this.#runtime;
    const target = runtime.member(to);
    const { leader } = runtime.status();
    if (leader === null) throw new ControlError('no-leader', 'no node leads a majority');
    if (leader === to) return;
    runtime.supervisor.running(to);
    if (target.id === null) throw new ControlError('refused', `node ${to} has not said who it is yet`);
    try {
      await runtime.member(leader).watch.client.moveLeader(target.id, MOVE_LIMIT_MS);
    } catch (error) {
      throw new ControlError('refused', error instanceof Error ? error.message : String(error));
    }
    const hasMoved = (): boolean => ![null, leader].includes(runtime.status().leader);
    await waitUntil(`node ${to} to be seen as the leader`, hasMoved, SEEN_LIMIT_MS);
  }

  async debug(variable: string, node: number): Promise<unknown> {
    if (variable === 'conn_mat') return this.matrix();
    const messages = /^messages:(\d{1,3})$/.exec(variable)?.[1];
    if (messages !== undefined) {
      this.#runtime.member(node);
      this.#runtime.member(Number(messages));
      return this.#runtime.router.messagesBetween(node, Number(messages));
    }
    const { raft } = this.status().nodes.find(other => other.node === node) ?? {};
    if (variable === 'all') return raft;
    const value = Object.entries(raft ?? {}).find(([name]) => name === variable)?.[1];
    if (value === undefined) throw unsupported(`etcd does not tell ${variable}`);
    return value;
  }

  /** @throws ControlError when the command was certainly not executed: no member to ask */
  async kv(args: readonly string[], node?: number): Promise<KvResult> {
    const asked = node ?? this.#anyNode();
    this.#runtime.member(asked);
    if (this.#runtime.supervisor.describe(asked).state !== 'paused') this.#runtime.supervisor.running(asked);
    const result = await this.#runtime.member(asked).front.kv(args);
    if (result === null) throw new ControlError('node-down', `node ${asked} is down`);
    // Where in its log a command stands, etcd does not say.
    return { ...result, index: null, term: null };
  }

  note(kind: 'command' | 'kv' | 'fault', text: string, node?: number): void {
    this.#runtime.board.event(kind, node ?? null, text);
  }

  /** The leader, or one that can find it. */
  #anyNode(): number {
    const { leader, nodes } = this.status();
    const node = leader ?? nodes.find(({ state }) => state === 'up')?.node;
    if (node === undefined) throw new ControlError('node-down', 'no node is up');
    return node;
  }
}

const unsupported = (message: string): ControlError => new ControlError('unsupported', message);
