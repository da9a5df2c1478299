/**
 * The nodes of a run as one Raft group: who leads, who is a member, and what may be lost without asking for the impossible.
 *
 * @module
 */
import type { ControlRequest } from '../node/control.js';
import type { NodeIndex } from '../node/peer-id.js';
import type { Coverage } from './coverage.js';
import type { Plan } from './plan.js';
import { randomFor } from './random.js';
import type { SimulatedNode } from './simulated-node.js';

export class Group {
  readonly nodes: readonly SimulatedNode[];
  readonly #plan: Plan;
  readonly #coverage: Coverage;
  /** Changes of membership asked for whose end is not known. */
  #changesOpen = 0;
  #newest: { readonly applied: number; readonly voters: readonly number[] };

  constructor(plan: Plan, coverage: Coverage, nodes: readonly SimulatedNode[]) {
    this.#plan = plan;
    this.#coverage = coverage;
    this.nodes = nodes;
    this.#newest = { applied: 0, voters: Array.from({ length: plan.nodes }, (_, founder) => founder) };
  }

  start(): void {
    for (const node of this.nodes) if (node.index < this.#plan.nodes) this.restart(node);
  }

  /** Starts a node that is down; one that was never added stays where it is. */
  restart(node: SimulatedNode): void {
    const isFounder = node.index < this.#plan.nodes && node.incarnation === 0;
    if (node.life !== 'idle' || isFounder) node.start();
  }

  /** Of several that think so, the one of the highest term. */
  leader(): SimulatedNode | null {
    let best: SimulatedNode | null = null;
    let bestTerm = 0;
    for (const node of this.nodes) {
      const { driver } = node;
      if (driver === null || driver.role !== 'leader') continue;
      const { term } = driver.status().raft;
      if (term > bestTerm) {
        best = node;
        bestTerm = term;
      }
    }
    return best;
  }

  /** False when nobody leads. `succeeded`: it was done. */
  askLeader(request: ControlRequest, succeeded?: () => void): boolean {
    const leader = this.leader();
    if (leader?.driver == null) return false;
    const changesMembership = request.kind === 'add' || request.kind === 'remove';
    if (changesMembership) this.#changesOpen += 1;
    leader.driver.control(request, result => {
      // What timed out, or whose leader died, may still happen: it stays open for good.
      if (changesMembership && (result.ok || result.code !== 'timeout')) this.#changesOpen -= 1;
      if (!result.ok) return;
      if (changesMembership) {
        this.#coverage.add('membership-applied');
        this.#noteNewest();
      }
      succeeded?.();
    });
    leader.wake();
    return true;
  }

  /** Null: unknown, or two sets at once. */
  votersSeenBy(node: number): readonly number[] | null {
    const status = this.nodes[node]?.driver?.status().raft;
    return status === undefined || status.joint ? null : status.voters;
  }

  /** Configurations that some node may act on: those in force now, and the newest that ever was. */
  #configurations(): (readonly number[])[] {
    this.#noteNewest();
    const seen = this.nodes.flatMap(node => {
      const status = node.driver?.status().raft;
      return status === undefined ? [] : [status.voters];
    });
    return [this.#newest.voters, ...seen];
  }

  /** A restarted node knows less for a while than it, or a node that is down now, knew before. */
  #noteNewest(): void {
    for (const node of this.nodes) {
      if (node.driver === null) continue;
      const { raft: status, isVoter } = node.driver.status();
      if (isVoter) node.isMember = true;
      if (status.applied < this.#newest.applied) continue;
      this.#newest = { applied: status.applied, voters: status.voters };
    }
  }

  /** Is a quorum of every configuration left when `more` go as well as what is lost already? */
  #canLose(more: readonly number[]): boolean {
    const gone = new Set([...more, ...this.nodes.filter(isGone).map(node => node.index)]);
    return this.#configurations().every(voters => {
      const left = voters.filter(voter => !gone.has(voter as NodeIndex));
      return left.length * 2 > voters.length && left.length >= 2;
    });
  }

  /** The same for one node now, unless a change under way may move the quorum. */
  mayLose(node: number): boolean {
    return this.#changesOpen === 0 && this.#canLose([node]);
  }

  /** As many nodes as every configuration can do without. */
  chooseDead(): number[] {
    const dead: number[] = [];
    if (!this.#plan.healOnlyQuorum) return dead;
    const random = randomFor(this.#plan.seed, 'faults');
    const order = this.nodes.map(node => node.index as number);
    while (order.length > 0) {
      const [node] = order.splice(random.below(order.length), 1);
      if (node !== undefined && this.#canLose([...dead, node])) dead.push(node);
    }
    return dead;
  }

  /** It will be promoted: it takes part under the identity that was added, also if nobody was told so. */
  #isLearning(learner: number): boolean {
    const node = this.nodes[learner];
    return !isGone(node) || (node?.driver?.status().raft.learners.includes(learner) ?? false);
  }

  /** Everybody up has the same voters, and nobody is still learning or leaving. */
  isMembershipAtRest(): boolean {
    this.#noteNewest();
    const leader = this.leader()?.driver?.status().raft;
    if (leader === undefined || leader.joint) return false;
    if (leader.learners.some(learner => this.#isLearning(learner))) return false;
    const voters = leader.voters.join();
    return leader.voters.every(voter => {
      const node = this.nodes[voter];
      const status = isGone(node) ? undefined : node?.driver?.status().raft;
      return status === undefined || status.voters.join() === voters;
    });
  }

  /** Every member that is up has applied the same, and has the same state. */
  isConverged(): boolean {
    const leader = this.leader()?.driver?.status();
    if (leader === undefined) return false;
    const { voters, learners, lastIndex } = leader.raft;
    return this.nodes.every(node => {
      if (isGone(node) || (!voters.includes(node.index) && !learners.includes(node.index))) return true;
      const status = node.driver?.status();
      return (
        status === undefined || (status.raft.applied === lastIndex && status.stateHash === leader.stateHash)
      );
    });
  }

  /** Nodes to be read from at the end. */
  members(): SimulatedNode[] {
    const voters = this.leader()?.driver?.status().raft.voters ?? [];
    return this.nodes.filter(node => node.driver !== null && !isGone(node) && voters.includes(node.index));
  }

  describe(): string {
    return this.nodes
      .map(node => {
        const status = node.driver?.status().raft;
        return `n${node.index} ${node.life}${status === undefined ? '' : ` ${status.role} t${status.term} ${status.applied}/${status.commit}/${status.lastIndex}`}`;
      })
      .join(', ');
  }
}

/** The member of this number will not come back: its files were refused, or it is another member now. */
const isGone = (node: SimulatedNode | undefined): boolean =>
  node === undefined || node.life === 'lost' || node.isDamaged || !node.isMember;
