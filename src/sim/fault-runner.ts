/**
 * Brings the plan's faults about, each for its time, as far as the atlas of what may be lost allows.
 *
 * @module
 */
import type { ControlRequest } from '../node/control.js';
import { nodeIndex } from '../node/peer-id.js';
import type { Coverage, Covered } from './coverage.js';
import type { EventQueue } from './event-queue.js';
import type { Group } from './group.js';
import type { Network } from './network.js';
import type { Fault, FaultName, Plan } from './plan.js';
import type { SimulatedNode } from './simulated-node.js';

/** What the faults act on. */
export interface FaultTargets {
  readonly plan: Plan;
  readonly queue: EventQueue;
  readonly network: Network;
  readonly coverage: Coverage;
  readonly group: Group;
  crash(node: SimulatedNode): void;
  /** The node begins again as another member. */
  forget(node: SimulatedNode): void;
}

const RETRY_MS = 400;

export class FaultRunner {
  readonly #targets: FaultTargets;
  /** Kinds that really happened. */
  readonly fired = new Set<FaultName>();
  /** Identities that were removed, or may be. */
  readonly #removed = new Set<string>();
  #over = false;

  constructor(targets: FaultTargets) {
    this.#targets = targets;
  }

  schedule(): void {
    const { queue, plan } = this.#targets;
    for (const fault of plan.faults) queue.at(fault.atMs, () => this.#attempt(fault));
  }

  /** A fault that finds nothing to act on is tried again for as long as faults may happen. */
  #attempt(fault: Fault): void {
    if (this.#over) return;
    const { queue, coverage } = this.#targets;
    const end = this.#begin(fault);
    if (end === null) {
      queue.after(RETRY_MS, () => this.#attempt(fault));
      return;
    }
    this.fired.add(fault.kind);
    coverage.add(`fault-${fault.kind}` satisfies Covered);
    queue.after(fault.forMs, () => {
      if (!this.#over) end();
    });
  }

  /** From now on nothing begins or ends any more. */
  stop(): void {
    this.#over = true;
  }

  #nodesOf(indexes: readonly number[]): SimulatedNode[] {
    return indexes.flatMap(index => this.#targets.group.nodes[index] ?? []);
  }

  /** Starts a fault; the result ends it. Null: it could not happen now. */
  #begin(fault: Fault): (() => void) | null {
    const { network, group } = this.#targets;
    switch (fault.kind) {
      case 'crash':
        return this.#crash(this.#nodesOf(fault.nodes));
      case 'pause':
        return this.#pause(this.#nodesOf(fault.nodes));
      case 'partition':
        return this.#partition(fault.groups);
      case 'one-way':
        network.cut(fault.from, fault.to, 1);
        return () => network.cut(fault.from, fault.to, -1);
      case 'clog':
        network.clog(fault.from, fault.to, 1);
        return () => network.clog(fault.from, fault.to, -1);
      case 'drop':
        network.setExtraDrop(fault.probability);
        return () => network.setExtraDrop(0);
      case 'add':
        return this.#add(fault.node);
      case 'remove':
        return this.#remove(fault.node);
      case 'transfer':
        return this.#ask({ kind: 'transfer', to: nodeIndex(fault.node) });
      default: {
        const node = group.nodes[fault.node];
        return node === undefined || node.driver === null ? null : this.#troubleNode(fault, node);
      }
    }
  }

  #troubleNode(fault: Fault, node: SimulatedNode): (() => void) | null {
    switch (fault.kind) {
      case 'slow-disk':
        node.setSyncMs(fault.syncMs);
        return () => node.setSyncMs(null);
      case 'disk-full':
        node.setDiskFull(true);
        return () => node.setDiskFull(false);
      case 'disk-error':
        node.failDisk();
        return () => {
          if (node.life === 'up' || node.life === 'paused') this.#targets.crash(node);
          this.#targets.group.restart(node);
        };
      case 'bit-flip':
        if (!this.#targets.group.mayLose(node.index)) return null;
        this.#targets.crash(node);
        return node.flipBit() ? () => this.#targets.group.restart(node) : this.#restartNow(node);
      case 'clock':
        node.setClock(fault.offsetMs, fault.rate);
        return () => node.setClock(0, 1);
      case 'snapshot':
        node.driver?.control({ kind: 'snapshot' }, () => undefined);
        node.wake();
        return () => undefined;
      default:
        return null;
    }
  }

  #restartNow(node: SimulatedNode): null {
    this.#targets.group.restart(node);
    return null;
  }

  #crash(targets: readonly SimulatedNode[]): (() => void) | null {
    const hit = targets.filter(node => node.life === 'up' || node.life === 'paused');
    for (const node of hit) this.#targets.crash(node);
    return hit.length === 0
      ? null
      : () => {
          for (const node of hit) this.#targets.group.restart(node);
        };
  }

  #pause(targets: readonly SimulatedNode[]): (() => void) | null {
    const hit = targets.filter(node => node.life === 'up');
    for (const node of hit) node.pause();
    return hit.length === 0
      ? null
      : () => {
          for (const node of hit) node.resume();
        };
  }

  #partition(groups: readonly (readonly number[])[]): () => void {
    const { group, network } = this.#targets;
    const together = (a: number, b: number): boolean =>
      groups.some(group => group.includes(a) && group.includes(b));
    const cuts: [number, number][] = [];
    for (const { index: a } of group.nodes) {
      for (const { index: b } of group.nodes) if (a !== b && !together(a, b)) cuts.push([a, b]);
    }
    for (const [from, to] of cuts) network.cut([from], [to], 1);
    return () => {
      for (const [from, to] of cuts) network.cut([from], [to], -1);
    };
  }

  #ask(request: ControlRequest): (() => void) | null {
    return this.#targets.group.askLeader(request) ? () => undefined : null;
  }

  #add(index: number): (() => void) | null {
    const node = this.#targets.group.nodes[index];
    if (node === undefined) return null;
    // Raft ids do not come back: one that was removed but has not noticed yet cannot be added again.
    if (this.#removed.has(`${index}.${node.incarnation}`) && node.life !== 'removed') return null;
    if (node.reincarnate()) this.#targets.forget(node);
    if (node.life === 'idle') node.start();
    return this.#ask({ kind: 'add', node: node.index, incarnation: node.incarnation });
  }

  #remove(index: number): (() => void) | null {
    const node = this.#targets.group.nodes[index];
    if (node === undefined || !this.#targets.group.mayLose(index)) return null;
    const asked = this.#targets.group.askLeader({ kind: 'remove', node: nodeIndex(index) });
    // Whatever the leader says in the end: what timed out may still happen.
    if (asked) this.#removed.add(`${index}.${node.incarnation}`);
    return asked ? () => undefined : null;
  }
}
