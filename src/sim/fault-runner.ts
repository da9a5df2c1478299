/**
 * Brings the plan's faults about, each for its time, as far as the atlas of what may be lost allows.
 *
 * A fault that finds nothing to act on waits: it is tried again, and from the second time on at any other node where it can
 * happen. It counts as happened only when it did: what the leader is asked for, when the leader says so.
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
/** An answer that has not come by then was lost with the leader. */
const ANSWER_MS = 3_000;
/** How it went: it acts now, with what ends it; it cannot happen now; it was begun and sees for itself how it goes on. */
type Attempt = (() => void) | 'impossible' | 'begun';

export class FaultRunner {
  readonly #targets: FaultTargets;
  /** Kinds that really happened. */
  readonly #fired = new Set<FaultName>();
  /** Identities that were removed, or may be. */
  readonly #removed = new Set<string>();
  /** Changes of membership asked for in vain: a later leader may bring them about all the same. */
  readonly #unanswered = new Map<Fault, () => boolean>();
  #over = false;

  constructor(targets: FaultTargets) {
    this.#targets = targets;
  }

  /** Kinds of the plan that have not happened. */
  get missing(): FaultName[] {
    const kinds = new Set(this.#targets.plan.faults.map(({ kind }) => kind));
    return [...kinds].filter(kind => !this.#fired.has(kind));
  }

  schedule(): void {
    const { queue, plan } = this.#targets;
    for (const fault of plan.faults) queue.at(fault.atMs, () => this.#attempt(fault, 0));
  }

  /** A fault that finds nothing to act on is tried again for as long as faults may happen. */
  #attempt(fault: Fault, tries: number): void {
    if (this.#over) return;
    const { queue } = this.#targets;
    if (this.#unanswered.get(fault)?.() === true) {
      this.#happened(fault);
      return;
    }
    const again = (): void => this.#attempt(fault, tries + 1);
    for (const target of this.#choices(fault, tries)) {
      const attempt = this.#begin(target, again);
      if (attempt === 'impossible') continue;
      if (attempt === 'begun') return;
      this.#happened(fault);
      queue.after(fault.forMs, () => {
        if (!this.#over) attempt();
      });
      return;
    }
    queue.after(RETRY_MS, again);
  }

  /** The fault as planned; when that did not work, at each other node too. */
  #choices(fault: Fault, tries: number): Fault[] {
    const choices = [fault];
    if (tries === 0) return choices;
    const { nodes } = this.#targets.group;
    for (let step = 1; step < nodes.length; step += 1) {
      const other = (from: number): number => (from + step) % nodes.length;
      if ('node' in fault) choices.push({ ...fault, node: other(fault.node) });
      else if ('nodes' in fault) choices.push({ ...fault, nodes: fault.nodes.map(other) });
    }
    return choices;
  }

  #happened({ kind }: Fault): void {
    this.#fired.add(kind);
    this.#targets.coverage.add(`fault-${kind}` satisfies Covered);
  }

  /** From now on nothing begins or ends any more. */
  stop(): void {
    this.#over = true;
  }

  #nodesOf(indexes: readonly number[]): SimulatedNode[] {
    return indexes.flatMap(index => this.#targets.group.nodes[index] ?? []);
  }

  #begin(fault: Fault, again: () => void): Attempt {
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
        return this.#add(fault, again);
      case 'remove':
        return this.#remove(fault, again);
      case 'transfer':
        return this.#transfer(fault, again);
      default: {
        const node = group.nodes[fault.node];
        return node === undefined || node.driver === null
          ? 'impossible'
          : this.#troubleNode(fault, node, again);
      }
    }
  }

  #troubleNode(fault: Fault, node: SimulatedNode, again: () => void): Attempt {
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
        return this.#flipBit(node, again);
      case 'clock':
        node.setClock(fault.offsetMs, fault.rate);
        return () => node.setClock(0, 1);
      case 'snapshot': {
        const answered = this.#expectAnswer(fault, again, () => false);
        node.driver?.control({ kind: 'snapshot' }, result => answered(result.ok));
        node.wake();
        return 'begun';
      }
      default:
        return 'impossible';
    }
  }

  #flipBit(node: SimulatedNode, again: () => void): Attempt {
    const { group, queue, crash } = this.#targets;
    if (!group.mayLose(node.index)) return 'impossible';
    crash(node);
    const end = (): void => group.restart(node);
    if (node.flipBit()) return end;
    end();
    queue.after(RETRY_MS, again);
    return 'begun';
  }

  #crash(targets: readonly SimulatedNode[]): Attempt {
    const hit = targets.filter(node => node.life === 'up' || node.life === 'paused');
    for (const node of hit) this.#targets.crash(node);
    return hit.length === 0
      ? 'impossible'
      : () => {
          for (const node of hit) this.#targets.group.restart(node);
        };
  }

  #pause(targets: readonly SimulatedNode[]): Attempt {
    const hit = targets.filter(node => node.life === 'up');
    for (const node of hit) node.pause();
    return hit.length === 0
      ? 'impossible'
      : () => {
          for (const node of hit) node.resume();
        };
  }

  #partition(groups: readonly (readonly number[])[]): Attempt {
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

  /** The fault has happened when the answer says so; without one in time it is tried again. `did`: anything but an answer says so. */
  #expectAnswer(fault: Fault, again: () => void, did: () => boolean): (ok: boolean) => void {
    const { queue } = this.#targets;
    let isOpen = true;
    const end = (ok: boolean): void => {
      if (!isOpen) return;
      isOpen = false;
      if (this.#over) return;
      if (ok || did()) {
        this.#happened(fault);
        return;
      }
      if (fault.kind === 'add' || fault.kind === 'remove') this.#unanswered.set(fault, did);
      queue.after(RETRY_MS, again);
    };
    queue.after(ANSWER_MS, () => end(false));
    return end;
  }

  #ask(fault: Fault, again: () => void, request: ControlRequest, did: () => boolean): Attempt {
    const { group } = this.#targets;
    if (group.leader() === null) return 'impossible';
    group.askLeader(request, this.#expectAnswer(fault, again, did));
    return 'begun';
  }

  #transfer(fault: Fault & { readonly kind: 'transfer' }, again: () => void): Attempt {
    const { group } = this.#targets;
    const node = group.nodes[fault.node];
    const leader = group.leader();
    if (node === undefined || leader === null || !group.hasMember(node)) return 'impossible';
    // It leads already, as the plan wants it; but that is no transfer.
    if (leader === node) return this.#fired.has('transfer') ? 'begun' : 'impossible';
    return this.#ask(fault, again, { kind: 'transfer', to: node.index }, () => group.leader() === node);
  }

  #add(fault: Fault & { readonly kind: 'add' }, again: () => void): Attempt {
    const { group } = this.#targets;
    const node = group.nodes[fault.node];
    if (node === undefined || group.leader() === null) return 'impossible';
    // Raft ids do not come back: one that was removed but has not noticed yet cannot be added again.
    if (this.#removed.has(identityOf(node)) && node.life !== 'removed') return 'impossible';
    if (node.reincarnate()) this.#targets.forget(node);
    else if (group.hasMember(node)) return 'impossible';
    if (node.life === 'idle') node.start();
    const { incarnation } = node;
    const isIn = (): boolean => node.incarnation === incarnation && group.hasMember(node);
    return this.#ask(fault, again, { kind: 'add', node: node.index, incarnation }, isIn);
  }

  #remove(fault: Fault & { readonly kind: 'remove' }, again: () => void): Attempt {
    const { group } = this.#targets;
    const node = group.nodes[fault.node];
    if (node === undefined || !group.hasMember(node) || !group.mayLose(fault.node)) return 'impossible';
    const identity = identityOf(node);
    const isOut = (): boolean => identityOf(node) !== identity || !group.hasMember(node);
    const attempt = this.#ask(fault, again, { kind: 'remove', node: nodeIndex(fault.node) }, isOut);
    // Whatever the leader says in the end: what timed out may still happen.
    if (attempt === 'begun') this.#removed.add(identity);
    return attempt;
  }
}

const identityOf = ({ index, incarnation }: SimulatedNode): string => `${index}.${incarnation}`;
