/**
 * Which nodes the cluster has: on which host each lives and where it listens, who it is as a member, and the faults it
 * starts with.
 *
 * @module
 */
import { type ClusterConfig, hostOfFounder, nodeAddress } from '../config/cluster-config.js';
import { nodeIndex, raftIdOf } from '../node/peer-id.js';
import type { RaftId } from '../raft/ids.js';
import { ControlError, type DiskFault } from './control.js';
import type { DataDirectory, NodeRecord } from './data-directory.js';
import { mergeResidence, type Residence } from './hosts/residence.js';
import type { ClockFault, DiskSpec, NodeAddress } from './node-protocol.js';

export interface Resident {
  readonly record: NodeRecord;
  /** The server it runs on. */
  readonly host: string;
  readonly address: NodeAddress;
  readonly clock: ClockFault;
  readonly diskFault: DiskFault;
  /** Of a memory disk: what survives the node's thread. */
  readonly files: Map<string, SharedArrayBuffer>;
}

const TRUE_CLOCK: ClockFault = { offsetMs: 0, rate: 1 };
const SOUND_DISK: DiskFault = { kind: 'ok' };

export interface RosterOptions {
  readonly config: ClusterConfig;
  readonly founders: number;
  /** Null: the cluster lives in memory. */
  readonly directory: DataDirectory | null;
  /** The server whose nodes run in this process; null: all of them do. */
  readonly self: string | null;
}

export class Roster {
  readonly #config: ClusterConfig;
  readonly #founders: number;
  readonly #directory: DataDirectory | null;
  readonly #self: string | null;
  readonly #residents = new Map<number, Resident>();
  /** Called when a node came, went, moved or started for the first time. */
  onChange: (node: number) => void = () => {};

  constructor({ config, founders, directory, self }: RosterOptions) {
    this.#config = config;
    this.#founders = founders;
    this.#directory = directory;
    this.#self = self;
    for (const record of directory?.nodes ?? memoryFounders(founders)) {
      this.#enter(record, directory === null || self === null ? this.#founderHost(record.node) : self);
    }
    for (const { host, ...record } of directory?.elsewhere ?? []) this.#enter(record, host);
  }

  get size(): number {
    return this.#residents.size;
  }

  /** Every node that is or was there, by number. */
  get nodes(): readonly number[] {
    return [...this.#residents.keys()].sort((one, other) => one - other);
  }

  get addresses(): readonly NodeAddress[] {
    return this.nodes.map(node => this.get(node).address);
  }

  /** Members at the beginning of the log; a node that joins later finds its own membership in the log. */
  get founders(): readonly RaftId[] {
    return Array.from({ length: this.#founders }, (_, founder) => raftIdOf(nodeIndex(founder)));
  }

  /** Who lives where, for the other hosts. */
  get residences(): readonly Residence[] {
    return this.nodes.map(node => this.#residence(node));
  }

  /** Does the node run in this process? */
  isLocal(node: number): boolean {
    return this.#self === null || this.get(node).host === this.#self;
  }

  has(node: number): boolean {
    return this.#residents.has(node);
  }

  get(node: number): Resident {
    const resident = this.#residents.get(node);
    if (resident === undefined) throw new ControlError('bad-node', `there is no node ${node}`);
    return resident;
  }

  raftId(node: number): RaftId {
    return raftIdOf(nodeIndex(node), this.get(node).record.incarnation);
  }

  disk(node: number): DiskSpec {
    if (this.#directory === null) return { kind: 'memory', files: this.get(node).files };
    return { kind: 'real', directory: this.#directory.nodeDirectory(node) };
  }

  update(node: number, change: Partial<Omit<Resident, 'record'>>): void {
    this.#residents.set(node, { ...this.get(node), ...change });
  }

  /** Takes in a new node, or a removed one as a new member, to live in this process. */
  add(node: number): void {
    const record = this.#directory?.addNode(node) ?? this.#memoryRecord(node);
    this.#enter(record, this.#self ?? this.#founderHost(node));
    this.onChange(node);
  }

  markStarted(node: number): void {
    this.#directory?.markStarted(node);
    const resident = this.get(node);
    if (resident.record.hasStarted) return;
    this.#residents.set(node, { ...resident, record: { ...resident.record, hasStarted: true } });
    this.onChange(node);
  }

  remove(node: number): void {
    const resident = this.get(node);
    this.#residents.set(node, { ...resident, record: { ...resident.record, isRemoved: true } });
    if (this.isLocal(node)) this.#directory?.removeNode(node);
    else this.#directory?.settle(this.#residence(node));
    this.onChange(node);
  }

  /** Takes over what another host knows better. */
  hear(heard: Residence): void {
    const known = this.#residents.has(heard.node) ? this.#residence(heard.node) : null;
    const merged = known === null ? heard : mergeResidence(known, heard);
    if (merged === known) return;
    const { host, ...record } = merged;
    const isSame = known?.incarnation === record.incarnation && known.host === host;
    if (!isSame) this.#enter(record, host);
    else this.#residents.set(heard.node, { ...this.get(heard.node), record });
    this.#directory?.settle(merged);
    this.onChange(heard.node);
  }

  #residence(node: number): Residence {
    const { record, host } = this.get(node);
    return { ...record, host };
  }

  #founderHost(node: number): string {
    return hostOfFounder(this.#config, node);
  }

  #enter(record: NodeRecord, host: string): void {
    const { node } = record;
    this.#residents.set(node, {
      record,
      host,
      address: { node, ...nodeAddress(this.#config, node, host) },
      clock: TRUE_CLOCK,
      diskFault: SOUND_DISK,
      files: new Map(),
    });
  }

  #memoryRecord(node: number): NodeRecord {
    const known = this.#residents.get(node)?.record;
    const incarnation = known === undefined ? 0 : known.incarnation + 1;
    return { node, incarnation, hasStarted: false, isRemoved: false };
  }
}

function memoryFounders(count: number): readonly NodeRecord[] {
  return Array.from({ length: count }, (_, node) => ({
    node,
    incarnation: 0,
    hasStarted: false,
    isRemoved: false,
  }));
}
