/**
 * Which nodes the cluster has: where each listens, who it is as a member, and the faults it starts with.
 *
 * @module
 */
import { type ClusterConfig, endpointsOf } from '../config/cluster-config.js';
import { nodeIndex, raftIdOf } from '../node/peer-id.js';
import type { RaftId } from '../raft/ids.js';
import { ControlError, type DiskFault } from './control.js';
import type { DataDirectory, NodeRecord } from './data-directory.js';
import type { ClockFault, DiskSpec, NodeAddress } from './node-protocol.js';

export interface Resident {
  readonly record: NodeRecord;
  readonly address: NodeAddress;
  readonly clock: ClockFault;
  readonly diskFault: DiskFault;
  /** Of a memory disk: what survives the node's thread. */
  readonly files: Map<string, SharedArrayBuffer>;
}

const TRUE_CLOCK: ClockFault = { offsetMs: 0, rate: 1 };
const SOUND_DISK: DiskFault = { kind: 'ok' };

export class Roster {
  readonly #config: ClusterConfig;
  readonly #founders: number;
  /** Null: the cluster lives in memory. */
  readonly #directory: DataDirectory | null;
  readonly #residents = new Map<number, Resident>();

  constructor(config: ClusterConfig, founders: number, directory: DataDirectory | null) {
    this.#config = config;
    this.#founders = founders;
    this.#directory = directory;
    for (const record of directory?.nodes ?? memoryFounders(founders)) this.#settle(record);
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

  /** Takes in a new node, or a removed one as a new member. */
  add(node: number): void {
    this.#settle(this.#directory?.addNode(node) ?? this.#memoryRecord(node));
  }

  markStarted(node: number): void {
    this.#directory?.markStarted(node);
  }

  remove(node: number): void {
    this.#directory?.removeNode(node);
    const resident = this.get(node);
    this.#residents.set(node, { ...resident, record: { ...resident.record, isRemoved: true } });
  }

  #settle(record: NodeRecord): void {
    this.#residents.set(record.node, {
      record,
      address: addressOf(this.#config, record.node),
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

/** `portStart` 0: every node takes a free port of the system's choice. A node added later follows the last server. */
function addressOf(config: ClusterConfig, node: number): NodeAddress {
  const endpoint = endpointsOf(config)[node];
  const host = endpoint?.host ?? config.servers.at(-1) ?? 'localhost';
  const port = endpoint?.port ?? config.portStart + node;
  return { node, host, port: config.portStart === 0 ? 0 : port };
}
