/**
 * Rebuilding a damaged node from its peers: its files are set aside, and it joins again as another member. A cluster must
 * not lose what it acknowledged by that, so the others must be a majority, and whole.
 *
 * @module
 */
import { DataDirectory } from './data-directory.js';
import { diagnoseNode, type NodeDiagnosis } from './diagnose-node.js';

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
  /** Of the other members. */
  readonly peers: readonly NodeDiagnosis[];
  /** Members that must be whole, of all, the node itself included. */
  readonly quorum: number;
  /** Why it must not be rebuilt; null: it may be. */
  readonly objection: RepairError | null;
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
  const diagnosis = diagnoseNode(directory, own);
  const peers = members.filter(record => record !== own).map(record => diagnoseNode(directory, record));
  const quorum = Math.floor(members.length / 2) + 1;
  return { diagnosis, peers, quorum, objection: objectionTo(diagnosis, peers, quorum) };
}

function objectionTo(
  { node, condition, explanation }: NodeDiagnosis,
  peers: readonly NodeDiagnosis[],
  quorum: number,
): RepairError | null {
  if (condition === 'whole' || condition === 'unused') {
    return new RepairError('nothing-to-repair', `node ${node} starts as it is`);
  }
  if (explanation?.rebuildHelps === false) {
    return new RepairError('no-rebuild', `a rebuild would not help node ${node}: ${explanation.advice}`);
  }
  // Whoever acknowledged an entry is among any majority: it survives as long as one of them is whole.
  const whole = peers.filter(peer => peer.condition === 'whole');
  if (whole.length >= quorum) return null;
  const others = peers.filter(peer => peer.condition !== 'whole').map(peer => peer.node);
  const why = others.length === 0 ? '' : `; not whole: ${others.join(', ')}`;
  return new RepairError(
    'quorum-at-risk',
    `${quorum} other members must be whole to rebuild node ${node}, only ${whole.length} are${why}`,
  );
}
