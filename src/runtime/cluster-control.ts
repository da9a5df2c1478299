/**
 * Everything that can be done to a running cluster, over its supervisor and its router.
 *
 * @module
 */
import type { MessageKind } from '../node/frame.js';
import { nodeIndex } from '../node/peer-id.js';
import type { ClusterRuntime } from './cluster-runtime.js';
import {
  type ClusterControl,
  ControlError,
  type DiskFault,
  type KvResult,
  type NodeSelector,
} from './control.js';
import { asControlError } from './control-failure.js';
import type { LinkFaults } from './link.js';
import { LinkControl } from './link-control.js';
import type { Matrix } from './matrix.js';
import { addNode, removeNode } from './membership.js';
import { describeError } from './rpc.js';
import type { ClusterEventKind, ClusterStatus } from './status.js';
import { waitUntil } from './wait-until.js';

/** A node's own time limit lies below: this one only ends a wait for a node that hangs. */
const KV_TIME_LIMIT_MS = 30_000;
/** `messages:3`: those between the node asked about and this one. */
const MESSAGES_VARIABLE = /^messages:(\d{1,3})$/;
/** Nodes report a new leader at once: this only bounds the wait in a cluster that falls apart meanwhile. */
const NEW_LEADER_SEEN_LIMIT_MS = 2_000;

export class RuntimeControl implements ClusterControl {
  readonly #runtime: ClusterRuntime;
  readonly #links: LinkControl;
  /** Membership changes follow each other. */
  #membership: Promise<unknown> = Promise.resolve();

  constructor(runtime: ClusterRuntime) {
    this.#runtime = runtime;
    const { router, roster } = runtime;
    this.#links = new LinkControl(router, node => void roster.get(node));
  }

  status(): ClusterStatus {
    return this.#runtime.status();
  }

  setMatrix(rows: Matrix): void {
    this.#links.setMatrix(rows);
  }

  matrix(): Matrix {
    return this.#links.matrix();
  }

  setLink(from: NodeSelector, to: NodeSelector, faults: Partial<LinkFaults>): void {
    this.#links.setLink(from, to, faults);
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

  /** A dead node takes the fault at its next start. */
  async setClock(node: number, offsetMs: number, rate: number): Promise<void> {
    if (!Number.isFinite(offsetMs)) throw new ControlError('bad-value', `clock offset ${offsetMs} ms`);
    if (!(rate >= 0 && rate <= 100)) {
      throw new ControlError('bad-value', `clock rate ${rate}: expected 0 to 100`);
    }
    const { roster, supervisor } = this.#runtime;
    const clock = { offsetMs, rate };
    roster.update(node, { clock });
    const process = supervisor.process(node);
    if (process !== null) await asControlError(process.rpc.call('setClock', [clock]));
  }

  /** A dead node takes the fault at its next start. */
  async setDisk(node: number, fault: DiskFault): Promise<void> {
    const { roster, supervisor } = this.#runtime;
    roster.update(node, { diskFault: fault });
    const process = supervisor.process(node);
    if (process !== null) await asControlError(process.rpc.call('setDisk', [fault]));
  }

  addNode(node: number): Promise<void> {
    return this.#inTurn(() => addNode(this.#runtime, node));
  }

  removeNode(node: number): Promise<void> {
    return this.#inTurn(() => removeNode(this.#runtime, node));
  }

  /** Resolves when the status shows the new leader: what is asked next is asked of it. */
  async transferLeadership(to: number): Promise<void> {
    const runtime = this.#runtime;
    const old = runtime.leader();
    if (to === old) return;
    const request = { kind: 'transfer', to: nodeIndex(to) } as const;
    await runtime.ask(old, request);
    const hasMoved = () => ![null, old].includes(runtime.status().leader);
    await waitUntil(`node ${to} to be seen as the leader`, hasMoved, NEW_LEADER_SEEN_LIMIT_MS);
  }

  async snapshot(node: number): Promise<{ readonly index: number }> {
    return { index: await this.#runtime.ask(node, { kind: 'snapshot' }) };
  }

  async debug(variable: string, node: number): Promise<unknown> {
    if (variable === 'conn_mat') return this.matrix();
    const [, other] = MESSAGES_VARIABLE.exec(variable) ?? [];
    if (other !== undefined) return this.#messages(node, Number(other));
    const process = this.#runtime.supervisor.running(node);
    return asControlError(process.rpc.call('debug', [variable]));
  }

  /** @throws ControlError when the command was certainly not executed: no node to ask */
  async kv(args: readonly string[], node?: number): Promise<KvResult> {
    const process = this.#runtime.supervisor.running(node ?? this.#anyNode());
    const startedAtMs = performance.now();
    try {
      return await process.rpc.call('kv', [args], KV_TIME_LIMIT_MS);
    } catch (error) {
      // The node was asked, and ended or fell silent: the command may be in the log.
      const text = describeError(error).message;
      const elapsedMs = performance.now() - startedAtMs;
      return { ok: false, unknown: true, text, value: null, index: null, term: null, elapsedMs };
    }
  }

  note(kind: ClusterEventKind & ('command' | 'kv' | 'fault'), text: string, node?: number): void {
    this.#runtime.board.event(kind, node ?? null, text);
  }

  #messages(node: number, other: number): unknown {
    this.#runtime.roster.get(node);
    this.#runtime.roster.get(other);
    return this.#runtime.router.messagesBetween(node, other);
  }

  /** The leader, or a node that can find it; of those that run in this process. */
  #anyNode(): number {
    const { roster } = this.#runtime;
    const { leader, nodes } = this.#runtime.status();
    if (leader !== null && roster.isLocal(leader)) return leader;
    const running = nodes.find(({ node, state }) => state === 'up' && roster.isLocal(node));
    if (running === undefined) throw new ControlError('node-down', 'no node is up');
    return running.node;
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const result = asControlError(this.#membership.then(action));
    this.#membership = result.catch(() => {});
    return result;
  }
}
