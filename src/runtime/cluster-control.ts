/**
 * Everything that can be done to a running cluster, over its supervisor and its router.
 *
 * @module
 */
import { MESSAGE_KINDS, type MessageKind } from '../node/frame.js';
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
import { type LinkFaults, PERFECT_LINK } from './link.js';
import { isProbability, type Matrix, validateMatrix } from './matrix.js';
import { addNode, removeNode } from './membership.js';
import { describeError } from './rpc.js';
import type { ClusterEventKind, ClusterStatus } from './status.js';
import { waitUntil } from './wait-until.js';

/** A node's own time limit lies below: this one only ends a wait for a node that hangs. */
const KV_TIME_LIMIT_MS = 30_000;
const MAX_DELAY_MS = 3_600_000;
/** `messages:3`: those between the node asked about and this one. */
const MESSAGES_VARIABLE = /^messages:(\d{1,3})$/;
/** Nodes report a new leader at once: this only bounds the wait in a cluster that falls apart meanwhile. */
const NEW_LEADER_SEEN_LIMIT_MS = 2_000;

export class RuntimeControl implements ClusterControl {
  readonly #runtime: ClusterRuntime;
  /** Membership changes follow each other. */
  #membership: Promise<unknown> = Promise.resolve();

  constructor(runtime: ClusterRuntime) {
    this.#runtime = runtime;
  }

  status(): ClusterStatus {
    return this.#runtime.status();
  }

  setMatrix(rows: Matrix): void {
    const { router } = this.#runtime;
    for (const [from, row] of validateMatrix(rows, router.size).entries()) {
      for (const [to, drop] of row.entries()) {
        if (from !== to) router.setFaults(from, to, { drop });
      }
    }
  }

  matrix(): Matrix {
    const { router } = this.#runtime;
    return range(router.size).map(from => range(router.size).map(to => router.faults(from, to).drop));
  }

  setLink(from: NodeSelector, to: NodeSelector, faults: Partial<LinkFaults>): void {
    validateFaults(faults);
    for (const [sender, receiver] of this.#links(from, to)) {
      this.#runtime.router.setFaults(sender, receiver, faults);
    }
  }

  filter(from: NodeSelector, to: NodeSelector, kind: MessageKind, on: boolean): void {
    if (!MESSAGE_KINDS.includes(kind)) {
      throw new ControlError('bad-value', `there is no kind of message ${kind}`);
    }
    for (const [sender, receiver] of this.#links(from, to)) {
      const others = this.#runtime.router
        .faults(sender, receiver)
        .filtered.filter(filtered => filtered !== kind);
      const filtered = on ? [...others, kind] : others;
      this.#runtime.router.setFaults(sender, receiver, { filtered });
    }
  }

  healLinks(): void {
    for (const [from, to] of this.#links(null, null)) {
      this.#runtime.router.setFaults(from, to, PERFECT_LINK);
    }
    this.#runtime.router.releaseHeld();
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

  #links(from: NodeSelector, to: NodeSelector): readonly (readonly [number, number])[] {
    const senders = this.#selected(from);
    const receivers = this.#selected(to);
    return senders.flatMap(sender =>
      receivers.filter(receiver => receiver !== sender).map(receiver => [sender, receiver] as const),
    );
  }

  #selected(selector: NodeSelector): readonly number[] {
    if (selector === null) return range(this.#runtime.router.size);
    this.#runtime.roster.get(selector);
    return [selector];
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const result = asControlError(this.#membership.then(action));
    this.#membership = result.catch(() => {});
    return result;
  }
}

const range = (size: number): readonly number[] => Array.from({ length: size }, (_, i) => i);

function validateFaults(faults: Partial<LinkFaults>): void {
  for (const name of ['drop', 'duplicate', 'reorder'] as const) {
    const value = faults[name];
    if (value !== undefined && !isProbability(value)) {
      throw new ControlError('bad-value', `${name}: expected a number from 0 to 1, found ${value}`);
    }
  }
  for (const name of ['delayMs', 'jitterMs'] as const) {
    const value = faults[name];
    if (value !== undefined && !(value >= 0 && value <= MAX_DELAY_MS)) {
      throw new ControlError('bad-value', `${name}: expected 0 to ${MAX_DELAY_MS}, found ${value}`);
    }
  }
}
