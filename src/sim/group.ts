/**
 * The nodes of a run as one Raft group: who leads, who is a member, and what may be lost without asking for the impossible.
 *
 * @module
 */
import type { ControlRequest } from '../node/control.js';
import type { NodeDriver } from '../node/driver.js';
import { nodeIndex, nodeOf, raftIdOf } from '../node/peer-id.js';
import type { RaftId } from '../raft/ids.js';
import type { ConfState } from '../raft/snapshot.js';
import type { Coverage } from './coverage.js';
import { OpenChanges } from './open-changes.js';
import type { Plan } from './plan.js';
import { randomFor } from './random.js';
import type { SimulatedNode } from './simulated-node.js';

interface AppliedMembership {
  /** Of the entry that brought it. */
  readonly index: number;
  readonly configuration: ConfState;
}

export class Group {
  readonly nodes: readonly SimulatedNode[];
  readonly #plan: Plan;
  readonly #coverage: Coverage;
  readonly #changes = new OpenChanges();
  readonly #founders: AppliedMembership;
  /** All that were ever in force, by index. */
  readonly #memberships: AppliedMembership[];
  /** Nodes that vote, by membership: asked for at every commit, and a membership lasts. */
  readonly #votersOf = new WeakMap<ConfState, readonly number[]>();

  constructor(plan: Plan, coverage: Coverage, nodes: readonly SimulatedNode[]) {
    this.#plan = plan;
    this.#coverage = coverage;
    this.nodes = nodes;
    const voters = Array.from({ length: plan.nodes }, (_, founder) => raftIdOf(nodeIndex(founder)));
    const configuration = { voters, outgoing: [], learners: [], learnersNext: [], autoLeave: false };
    this.#founders = { index: 0, configuration };
    this.#memberships = [this.#founders];
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
      if (driver === null || driver.role !== 'leader' || driver.term <= bestTerm) continue;
      best = node;
      bestTerm = driver.term;
    }
    return best;
  }

  /** Asks nobody when nobody leads. `answered`: whether it was done; perhaps never called. */
  askLeader(request: ControlRequest, answered: (done: boolean) => void): void {
    const leader = this.leader();
    if (leader?.driver == null) return;
    const changesMembership = request.kind === 'add' || request.kind === 'remove';
    const change = changesMembership ? this.#changes.ask(leader.driver.term) : null;
    leader.driver.control(request, result => {
      if (result.ok || result.code !== 'timeout') change?.decided();
      else change?.givenUp();
      if (result.ok && changesMembership) this.#coverage.add('membership-applied');
      answered(result.ok);
    });
    leader.wake();
  }

  /** A node has another membership than before, by an entry or a snapshot. */
  noteMembership(node: SimulatedNode): void {
    const { running } = node;
    if (running === null) return;
    const { configuration, appliedIndex: index } = running;
    if (configuration.voters.includes(node.raftId)) node.isMember = true;
    if (index > this.#newest.index) this.#memberships.push({ index, configuration });
  }

  /** Is this very identity of the node a member, learners included, as the leader sees it? */
  hasMember(node: SimulatedNode): boolean {
    const configuration = this.leader()?.driver?.configuration ?? this.#newest.configuration;
    return everybodyIn(configuration).includes(node.raftId);
  }

  /** Null: unknown, or two sets at once. */
  votersSeenBy(node: number): readonly number[] | null {
    const configuration = this.nodes[node]?.driver?.configuration;
    if (configuration === undefined || configuration.outgoing.length > 0) return null;
    let voters = this.#votersOf.get(configuration);
    if (voters === undefined) {
      voters = nodesOf(configuration.voters);
      this.#votersOf.set(configuration, voters);
    }
    return voters;
  }

  get #newest(): AppliedMembership {
    return this.#memberships.at(-1) ?? this.#founders;
  }

  /**
   * Memberships that some member acts on, or may act on after a restart: a node that comes back knows as much as was durable,
   * and goes on from an earlier membership for a while.
   */
  #configurations(): ConfState[] {
    const members = nodesOf(everybodyIn(this.#newest.configuration));
    const floors = members.map(member => this.nodes[member]).filter(node => !isGone(node));
    const floor = Math.min(...floors.map(node => node?.durableIndex ?? 0));
    const first = this.#memberships.findLastIndex(({ index }) => index <= floor);
    return this.#memberships.slice(Math.max(0, first)).map(({ configuration }) => configuration);
  }

  /**
   * Is a quorum of every membership left when `more` go as well as what is lost already? A learner may be a voter before
   * anybody looks again.
   */
  #canLose(more: readonly number[]): boolean {
    const gone = new Set([...more, ...this.nodes.filter(isGone).map(node => node.index as number)]);
    const hasQuorum = (ids: readonly RaftId[]): boolean => {
      const nodes = nodesOf(ids);
      const left = nodes.filter(node => !gone.has(node));
      return left.length * 2 > nodes.length && left.length >= 2;
    };
    return this.#configurations().every(configuration => {
      const { voters, outgoing } = configuration;
      return (
        hasQuorum(voters) &&
        hasQuorum(everybodyIn(configuration)) &&
        (outgoing.length === 0 || hasQuorum(outgoing))
      );
    });
  }

  /** The same for one node now, unless a change under way may move the quorum. */
  mayLose(node: number): boolean {
    return !this.#hasOpenChange() && this.#canLose([node]);
  }

  /** No change of membership is under way, nor can one begin by itself. */
  isMembershipDecided(): boolean {
    const { learners, learnersNext, outgoing } = this.#newest.configuration;
    return learners.length + learnersNext.length + outgoing.length === 0 && !this.#hasOpenChange();
  }

  #hasOpenChange(): boolean {
    return this.#changes.has(this.leader()?.driver ?? null);
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
    return !isGone(node) || (node?.driver != null && learnersOf(node.driver).includes(learner));
  }

  /** Everybody up has the same voters, and nobody is still learning or leaving. */
  isMembershipAtRest(): boolean {
    const leader = this.leader()?.driver;
    if (leader == null || leader.configuration.outgoing.length > 0) return false;
    if (learnersOf(leader).some(learner => this.#isLearning(learner))) return false;
    const nodes = nodesOf(leader.configuration.voters);
    const voters = nodes.join();
    return nodes.every(voter => {
      const node = this.nodes[voter];
      const driver = isGone(node) ? null : node?.driver;
      return driver == null || nodesOf(driver.configuration.voters).join() === voters;
    });
  }

  /** Every member that is up has applied the same, and has the same state. */
  isConverged(): boolean {
    const leader = this.leader()?.driver;
    if (leader == null) return false;
    const { lastIndex, stateHash } = leader;
    const members = nodesOf(everybodyIn(leader.configuration));
    return this.nodes.every(node => {
      const { driver } = node;
      if (driver === null || isGone(node) || !members.includes(node.index)) return true;
      return driver.appliedIndex === lastIndex && driver.stateHash === stateHash;
    });
  }

  /** Nodes to be read from at the end. */
  members(): SimulatedNode[] {
    const voters = nodesOf(this.leader()?.driver?.configuration.voters ?? []);
    return this.nodes.filter(node => node.driver !== null && !isGone(node) && voters.includes(node.index));
  }

  describe(): string {
    return this.nodes
      .map(({ index, life, driver }) => {
        if (driver === null) return `n${index} ${life}`;
        const { role, term, appliedIndex, lastIndex } = driver;
        const { commit } = driver.status().raft;
        return `n${index} ${life} ${role} t${term} ${appliedIndex}/${commit}/${lastIndex}`;
      })
      .join(', ');
  }
}

const nodesOf = (ids: readonly RaftId[]): number[] => [...new Set(ids.map(id => nodeOf(id) as number))];

const everybodyIn = ({ voters, learners, learnersNext }: ConfState): RaftId[] => [
  ...voters,
  ...learners,
  ...learnersNext,
];

const learnersOf = ({ configuration }: NodeDriver): number[] =>
  nodesOf([...configuration.learners, ...configuration.learnersNext]);

/** The member of this number will not come back: it was removed, its files were refused, or it is another member now. */
const isGone = (node: SimulatedNode | undefined): boolean =>
  node === undefined || node.life === 'lost' || node.life === 'removed' || node.isDamaged || !node.isMember;
