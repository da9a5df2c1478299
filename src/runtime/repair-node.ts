/**
 * Rebuilding a damaged node from its peers: its files are set aside, and it joins again as another member. A cluster must
 * not lose what it acknowledged by that, so the others must be a majority, and whole.
 *
 * @module
 */
import { nodeIndex, nodeOf, raftIdOf } from '../node/peer-id.js';
import type { RaftId } from '../raft/ids.js';
import { DataDirectory, type NodeRecord } from './data-directory.js';
import { type ExaminedNode, examineNode, type NodeDiagnosis } from './diagnose-node.js';
import { isNewer, majorityOf, nodesOf, type StoredMembership, voterGroups } from './stored-membership.js';

type RepairErrorCode =
  | 'no-such-node'
  /** The node starts as it is. */
  | 'nothing-to-repair'
  /** A rebuild would not help. */
  | 'no-rebuild'
  /** Without this node the others are no majority. */
  | 'quorum-at-risk';

/** Thrown when a node is not rebuilt; nothing was changed. */
export class RepairError extends Error {
  override readonly name = 'RepairError';
  readonly code: RepairErrorCode;
  constructor(code: RepairErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface RepairPlan {
  readonly diagnosis: NodeDiagnosis;
  /** Of the other nodes that live in the directory. */
  readonly peers: readonly PeerDiagnosis[];
  /** Nodes that vote, by the newest log that is whole; empty when there is none. */
  readonly voters: readonly number[];
  /** So many voters must be whole, the node itself not counted. */
  readonly quorum: number;
  /** Why it must not be rebuilt; null: it may be. */
  readonly objection: RepairError | null;
}

export interface PeerDiagnosis extends NodeDiagnosis {
  /** Its vote counts. A node that is joining, or was removed, has none. */
  readonly isVoter: boolean;
}

/** Looks at the node and its peers; changes nothing. @throws DataDirectoryError, RepairError `no-such-node` */
export function planRepair(path: string, node: number): RepairPlan {
  return planIn(DataDirectory.existing(path), node);
}

/**
 * Sets the node's files aside: at the next start it joins under its next incarnation and is sent everything. Nobody may use
 * the directory meanwhile (`DirectoryLock`).
 * @returns where its files went, null when there were none. @throws RepairError, DataDirectoryError
 */
export function rebuildNode(path: string, node: number): string | null {
  const directory = DataDirectory.existing(path);
  const { objection } = planIn(directory, node);
  if (objection !== null) throw objection;
  return directory.replaceNode(node);
}

function planIn(directory: DataDirectory, node: number): RepairPlan {
  const members = directory.nodes.filter(record => !record.isRemoved);
  const own = members.find(record => record.node === node);
  if (own === undefined) {
    const known = members.map(record => record.node).join(', ');
    throw new RepairError('no-such-node', `there is no member ${node} in ${directory.path}, only ${known}`);
  }
  const { diagnosis } = examineNode(directory, own);
  const examined = members
    .filter(record => record !== own)
    .map(record => ({ ...examineNode(directory, record), id: idOf(record) }));
  const groups = groupsOf(directory, examined);
  const [inForce = []] = groups;
  const peers = examined.map(peer => ({ ...peer.diagnosis, isVoter: inForce.includes(peer.id) }));
  return {
    diagnosis,
    peers,
    voters: nodesOf(inForce),
    quorum: majorityOf(inForce),
    objection: objectionTo(diagnosis) ?? riskTo(node, groups, examined),
  };
}

interface ExaminedPeer extends ExaminedNode {
  readonly id: RaftId;
}

const idOf = ({ node, incarnation }: NodeRecord): RaftId => raftIdOf(nodeIndex(node), incarnation);

/**
 * The groups of voters that must each have a majority, the one in force first: by the newest log of the whole peers. Among a
 * majority of them is everything that was committed, changes of the membership too. Where no peer is whole it is the
 * directory's own record.
 */
function groupsOf(directory: DataDirectory, peers: readonly ExaminedPeer[]): readonly (readonly RaftId[])[] {
  let newest: StoredMembership | null = null;
  for (const { membership } of peers) {
    if (membership !== null && (newest === null || isNewer(membership, newest))) newest = membership;
  }
  if (newest !== null) return newest.configurations.flatMap(voterGroups);
  const recorded = [...directory.nodes, ...directory.elsewhere];
  return [recorded.filter(({ isRemoved }) => !isRemoved).map(idOf)];
}

function objectionTo({ node, condition, explanation }: NodeDiagnosis): RepairError | null {
  if (condition === 'whole' || condition === 'unused') {
    return new RepairError('nothing-to-repair', `node ${node} starts as it is`);
  }
  if (explanation?.rebuildHelps === false) {
    return new RepairError('no-rebuild', `a rebuild would not help node ${node}: ${explanation.advice}`);
  }
  return null;
}

/** Whoever acknowledged an entry is among any majority: it survives as long as one of them is whole. */
function riskTo(
  node: number,
  groups: readonly (readonly RaftId[])[],
  peers: readonly ExaminedPeer[],
): RepairError | null {
  for (const voters of groups) {
    const whole = peers.filter(({ id, diagnosis }) => voters.includes(id) && diagnosis.condition === 'whole');
    const quorum = majorityOf(voters);
    if (whole.length >= quorum) continue;
    const others = voters.filter(id => nodeOf(id) !== node && whole.every(peer => peer.id !== id));
    const why = others.length === 0 ? '' : `; not whole, or not here: ${nodesOf(others).join(', ')}`;
    return new RepairError(
      'quorum-at-risk',
      `${quorum} other members must be whole to rebuild node ${node}, only ${whole.length} are${why}`,
    );
  }
  return null;
}
