/**
 * Everything that can be done to a cluster of several hosts, from one of them: what concerns a node is done by the node's
 * host, what concerns links by every host.
 *
 * @module
 */
import type { MessageKind } from '../../node/frame.js';
import type { RuntimeControl } from '../cluster-control.js';
import type { ClusterRuntime } from '../cluster-runtime.js';
import {
  type ClusterControl,
  ControlError,
  type DiskFault,
  type KvResult,
  type NodeSelector,
} from '../control.js';
import type { LinkFaults } from '../link.js';
import type { Matrix } from '../matrix.js';
import type { ClusterEventKind, ClusterStatus } from '../status.js';
import type { HostGroup } from './host-group.js';
import type { NodeOperation } from './serve-operation.js';

/** A node starts, stops or stands still within this. */
const NODE_TIME_LIMIT_MS = 30_000;
/** It also receives all that the cluster holds. */
const ADD_TIME_LIMIT_MS = 120_000;

export class HostsControl implements ClusterControl {
  readonly #local: RuntimeControl;
  readonly #runtime: ClusterRuntime;
  readonly #group: HostGroup;

  constructor(local: RuntimeControl, runtime: ClusterRuntime, group: HostGroup) {
    this.#local = local;
    this.#runtime = runtime;
    this.#group = group;
  }

  status(): ClusterStatus {
    return this.#local.status();
  }

  matrix(): Matrix {
    return this.#local.matrix();
  }

  setMatrix(rows: Matrix): Promise<void> {
    return this.#everywhere(() => this.#local.setMatrix(rows));
  }

  setLink(from: NodeSelector, to: NodeSelector, faults: Partial<LinkFaults>): Promise<void> {
    return this.#everywhere(() => this.#local.setLink(from, to, faults));
  }

  filter(from: NodeSelector, to: NodeSelector, kind: MessageKind, on: boolean): Promise<void> {
    return this.#everywhere(() => this.#local.filter(from, to, kind, on));
  }

  healLinks(): Promise<void> {
    return this.#everywhere(() => this.#local.healLinks());
  }

  async kill(node: number): Promise<void> {
    await (this.#isLocal(node) ? this.#local.kill(node) : this.#there('kill', node));
  }

  async revive(node: number): Promise<void> {
    await (this.#isLocal(node) ? this.#local.revive(node) : this.#there('revive', node));
  }

  async pause(node: number): Promise<void> {
    await (this.#isLocal(node) ? this.#local.pause(node) : this.#there('pause', node));
  }

  async resume(node: number): Promise<void> {
    await (this.#isLocal(node) ? this.#local.resume(node) : this.#there('resume', node));
  }

  async setClock(node: number, offsetMs: number, rate: number): Promise<void> {
    if (this.#isLocal(node)) await this.#local.setClock(node, offsetMs, rate);
    else await this.#there('clock', node, offsetMs, rate);
  }

  async setDisk(node: number, fault: DiskFault): Promise<void> {
    await (this.#isLocal(node) ? this.#local.setDisk(node, fault) : this.#there('disk', node, fault));
  }

  async addNode(node: number, host = this.#homeFor(node)): Promise<void> {
    const { servers } = this.#runtime.spec.config;
    if (!servers.includes(host)) {
      throw new ControlError('bad-value', `expected one of the hosts ${servers.join(', ')}, found ${host}`);
    }
    if (host === this.#group.self) await this.#local.addNode(node);
    else await this.#group.callHost(host, 'add', [node], ADD_TIME_LIMIT_MS);
  }

  /** Works for a node whose host is gone too: its host hears of it when it is back. */
  removeNode(node: number): Promise<void> {
    return this.#local.removeNode(node);
  }

  transferLeadership(to: number): Promise<void> {
    return this.#local.transferLeadership(to);
  }

  snapshot(node: number): Promise<{ readonly index: number }> {
    return this.#local.snapshot(node);
  }

  async debug(variable: string, node: number): Promise<unknown> {
    return this.#isLocal(node) ? this.#local.debug(variable, node) : this.#there('debug', node, variable);
  }

  async kv(args: readonly string[], node?: number): Promise<KvResult> {
    if (node === undefined || this.#isLocal(node)) return this.#local.kv(args, node);
    const startedAtMs = performance.now();
    try {
      return (await this.#there('kv', node, args)) as KvResult;
    } catch (error) {
      // The host was asked and fell silent: the command may be in the log.
      if (!(error instanceof ControlError) || error.code !== 'timeout') throw error;
      const elapsedMs = performance.now() - startedAtMs;
      const text = error.message;
      return { ok: false, unknown: true, text, value: null, index: null, term: null, elapsedMs };
    }
  }

  note(kind: ClusterEventKind & ('command' | 'kv' | 'fault'), text: string, node?: number): void {
    this.#local.note(kind, text, node);
  }

  #isLocal(node: number): boolean {
    return this.#runtime.roster.isLocal(node);
  }

  /** @throws ControlError also when some host was not reached */
  async #everywhere(change: () => void): Promise<void> {
    await this.#group.changeFaults(change);
  }

  #there(operation: NodeOperation, node: number, ...args: readonly unknown[]): Promise<unknown> {
    return this.#group.callNode(operation, node, args, NODE_TIME_LIMIT_MS);
  }

  /** Where the node was before; for a new one the reachable host with the fewest nodes. */
  #homeFor(node: number): string {
    const { roster, spec } = this.#runtime;
    if (roster.has(node)) return roster.get(node).host;
    const countOn = (host: string): number =>
      roster.nodes.map(each => roster.get(each)).filter(each => each.host === host && !each.record.isRemoved)
        .length;
    const reached = spec.config.servers.filter(host => this.#group.isReached(host));
    const [home] = reached.toSorted((one, other) => countOn(one) - countOn(other));
    return home ?? this.#group.self;
  }
}
