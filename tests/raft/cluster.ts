/**
 * A group of cores over a network and disks that tests control step by step, with the safety rules of Raft checked at
 * every step.
 *
 * Asynchronous mode: writes complete in order when told to, a crash loses those that have not. Nothing is random here.
 *
 * @module
 */
import {
  type ConfChange,
  decodeConfChange,
  type Entry,
  type Message,
  Raft,
  type RaftConfig,
  RaftError,
  type RaftId,
  type ReadState,
  raftId,
  type StorageAppend,
  type StorageApply,
} from '../../src/raft/index.js';
import { MemoryLog } from './memory-log.js';
import { SafetyChecker } from './safety-checker.js';
import { confState } from './single-node.js';

export interface ClusterOptions extends Partial<Omit<RaftConfig, 'id' | 'applied'>> {
  readonly size: number;
  /** Default: all. */
  readonly voters?: readonly number[];
}

/** Everyone starts from a snapshot at index 1, so that newcomers need one to learn who is a member. */
const BOOT = { index: 1, term: 1 };

export class ClusterNode {
  readonly id: RaftId;
  readonly storage = new MemoryLog();
  core: Raft;
  isUp = true;
  readonly appendWork: StorageAppend[] = [];
  readonly applyWork: StorageApply[] = [];
  readStates: ReadState[] = [];
  readonly #newCore: () => Raft;

  constructor(id: RaftId, settings: Omit<RaftConfig, 'id' | 'applied'>, voters: readonly number[]) {
    this.id = id;
    if (voters.includes(id)) this.storage.start({ ...BOOT, confState: confState(voters) });
    this.#newCore = () => new Raft({ ...settings, id, applied: this.storage.firstIndex() - 1 }, this.storage);
    this.core = this.#newCore();
  }

  crash(): void {
    this.isUp = false;
    this.appendWork.length = 0;
    this.applyWork.length = 0;
    this.readStates = [];
  }

  restart(): void {
    this.storage.restart();
    this.core = this.#newCore();
    this.isUp = true;
  }
}

export class Cluster {
  readonly nodes: readonly ClusterNode[];
  /** Sent and neither delivered nor lost, in sending order. */
  inFlight: Message[] = [];
  /** Does a message from `from` to `to` arrive? Asked when it is delivered. */
  canPass: (message: Message) => boolean = () => true;
  readonly safety = new SafetyChecker();

  constructor(options: ClusterOptions) {
    const { size, voters, ...rest } = options;
    const all = Array.from({ length: size }, (_, at) => at + 1);
    let draws = 0;
    const settings = {
      electionTicks: 10,
      heartbeatTicks: 1,
      // Spread out, the same in every run.
      drawElectionTimeout: () => 10 + ((draws++ * 7) % 10),
      asyncStorageWrites: true,
      ...rest,
    };
    this.nodes = all.map(id => new ClusterNode(raftId(id), settings, voters ?? all));
  }

  node(id: number): ClusterNode {
    const found = this.nodes[id - 1];
    if (found === undefined) throw new Error(`no node ${id}`);
    return found;
  }

  get up(): readonly ClusterNode[] {
    return this.nodes.filter(node => node.isUp);
  }

  /** The leader of the highest term among those that are up. */
  leader(): ClusterNode | undefined {
    const leaders = this.up.filter(node => node.core.role === 'leader');
    return leaders.sort((a, b) => b.core.term - a.core.term)[0];
  }

  /** Takes all Readys of `node`; messages go out, work is queued. */
  pump(node: ClusterNode): void {
    while (node.core.hasReady()) {
      const ready = node.core.ready();
      node.readStates.push(...ready.readStates);
      for (const message of ready.messages) this.#route(node, message);
    }
    this.safety.check(this.nodes);
  }

  #route(node: ClusterNode, message: Message): void {
    if (message.type === 'StorageAppend') node.appendWork.push(message);
    else if (message.type === 'StorageApply') node.applyWork.push(message);
    else if (message.to === node.id) this.step(node, message);
    else this.inFlight.push(message);
  }

  /** As a driver does: errors of single messages are no fault of the node. */
  step(node: ClusterNode, message: Message): void {
    try {
      node.core.step(message);
    } catch (error) {
      const codes = ['proposal-dropped', 'peer-not-found'];
      if (!(error instanceof RaftError) || !codes.includes(error.code)) throw error;
    }
  }

  /** Completes the oldest write of `node`. @returns whether there was one */
  completeWrite(node: ClusterNode): boolean {
    const work = node.appendWork.shift();
    if (work === undefined) return false;
    if (work.hardState !== null) node.storage.hardState = work.hardState;
    if (work.snapshot !== null) {
      node.storage.applySnapshot(work.snapshot);
      node.storage.available = work.snapshot;
    }
    node.storage.append(work.entries);
    for (const response of work.responses) this.#route(node, response);
    this.pump(node);
    return true;
  }

  /** Completes the oldest application of `node`. @returns whether there was one */
  completeApply(node: ClusterNode): boolean {
    const work = node.applyWork.shift();
    if (work === undefined) return false;
    for (const entry of work.entries) this.#apply(node, entry);
    for (const response of work.responses) this.step(node, response);
    this.pump(node);
    return true;
  }

  #apply(node: ClusterNode, entry: Entry): void {
    // A snapshot that was installed meanwhile has it already.
    if (entry.index <= (node.storage.available?.index ?? 0)) return;
    this.safety.applied(node, entry);
    if (entry.type !== 'normal') node.core.applyConfChange(decodeConfChange(entry), entry.index);
    const configuration = node.core.configuration;
    node.storage.available = { index: entry.index, term: entry.term, confState: configuration };
  }

  /** Delivers or loses the message at `position` in flight. */
  deliver(position: number): void {
    const [message] = this.inFlight.splice(position, 1);
    if (message === undefined) return;
    const node = this.node(message.to);
    const isDelivered = node.isUp && this.canPass(message);
    if (isDelivered) {
      this.step(node, message);
      this.pump(node);
    }
    this.#report(message, isDelivered);
  }

  /** Loses the first `count` messages from `position` on. */
  lose(position: number, count = 1): void {
    for (const message of this.inFlight.splice(position, count)) this.#report(message, false);
  }

  /** The sender of a snapshot has to be told what became of it. */
  #report(message: Message, isDelivered: boolean): void {
    if (message.type !== 'InstallSnapshot') return;
    const sender = this.node(message.from);
    if (!sender.isUp) return;
    sender.core.reportSnapshot(message.to, isDelivered);
    this.pump(sender);
  }

  tick(node: ClusterNode): void {
    node.core.tick();
    this.pump(node);
  }

  /** Works until nothing is left to do. */
  settle(): void {
    for (let guard = 0; guard < 100_000; guard += 1) {
      let isBusy = false;
      for (const node of this.up) {
        this.pump(node);
        while (this.completeWrite(node) || this.completeApply(node)) isBusy = true;
      }
      if (this.inFlight.length > 0) {
        this.deliver(0);
        isBusy = true;
      }
      if (!isBusy) return;
    }
    throw new Error('the group does not come to rest');
  }

  /** `count` ticks of everyone, all that follows from each done before the next. */
  run(count: number): void {
    for (let done = 0; done < count; done += 1) {
      for (const node of this.up) this.tick(node);
      this.settle();
    }
  }

  /** Ticks until `isDone`. @returns the number of ticks */
  runUntil(isDone: () => boolean, limit: number, what: string): number {
    for (let ticks = 0; ticks <= limit; ticks += 1) {
      if (isDone()) return ticks;
      this.run(1);
    }
    throw new Error(`not within ${limit} ticks: ${what}`);
  }

  elect(id: number): ClusterNode {
    const node = this.node(id);
    node.core.campaign();
    this.settle();
    if (node.core.role !== 'leader') throw new Error(`node ${id} was not elected`);
    return node;
  }

  /** @returns whether it was taken, not whether it will be committed */
  propose(node: ClusterNode, text: string): boolean {
    return this.#attempt(node, () => node.core.propose(new TextEncoder().encode(text)));
  }

  proposeConfChange(node: ClusterNode, change: ConfChange): boolean {
    return this.#attempt(node, () => node.core.proposeConfChange(change));
  }

  #attempt(node: ClusterNode, action: () => void): boolean {
    try {
      action();
    } catch (error) {
      if (error instanceof RaftError && error.code === 'proposal-dropped') return false;
      throw error;
    }
    this.pump(node);
    return true;
  }

  /** Loses everything to and from `id` that is or gets in flight. */
  isolate(...ids: readonly number[]): void {
    this.canPass = ({ from, to }) => !ids.includes(from) && !ids.includes(to);
  }

  /** Only pairs named here have links, in both directions. */
  connectOnly(...pairs: readonly (readonly [number, number])[]): void {
    this.canPass = ({ from, to }) =>
      pairs.some(([a, b]) => (a === from && b === to) || (a === to && b === from));
  }

  heal(): void {
    this.canPass = () => true;
  }
}
