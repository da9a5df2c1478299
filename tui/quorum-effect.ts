/**
 * What a fault would do to the quorum, before it is injected.
 *
 * @module
 */
import type { ClusterStatus } from '../src/runtime/status.js';

/** Fault-free view of who can talk: nodes that run, and links that let something through. */
interface Reach {
  readonly runs: readonly boolean[];
  readonly passes: (from: number, to: number) => boolean;
}

function reachOf(status: ClusterStatus): Reach {
  const size = status.nodes.length;
  return {
    runs: status.nodes.map(node => node.state === 'up'),
    passes: (from, to) => {
      const faults = status.links[from * size + to]?.faults;
      return faults === undefined || (faults.drop < 1 && !faults.clogged);
    },
  };
}

function votersOf(status: ClusterStatus): readonly number[] {
  const leader = status.leader === null ? undefined : status.nodes[status.leader];
  const voters = leader?.raft?.voters ?? [];
  if (voters.length > 0) return voters;
  return status.nodes.filter(node => node.state !== 'removed').map(node => node.node);
}

/** The most voters that one running voter reaches in both directions, itself included. */
function largestGroup(status: ClusterStatus, { runs, passes }: Reach): number {
  const voters = votersOf(status).filter(node => runs[node] === true);
  const group = (center: number): number =>
    voters.filter(other => other === center || (passes(center, other) && passes(other, center))).length;
  return Math.max(0, ...voters.map(group));
}

export interface QuorumEffect {
  /** Voters a leader can reach now, and after the change; itself included. */
  readonly before: number;
  readonly after: number;
  readonly quorum: number;
  /** There is a quorum now and there would be none. */
  readonly losesQuorum: boolean;
}

function effect(status: ClusterStatus, changed: Reach): QuorumEffect {
  const { quorum } = status;
  const before = largestGroup(status, reachOf(status));
  const after = largestGroup(status, changed);
  return { before, after, quorum, losesQuorum: before >= quorum && after < quorum };
}

/** The effect of stopping nodes: kill, pause, isolate, remove. */
export function effectOfLosing(status: ClusterStatus, nodes: readonly number[]): QuorumEffect {
  const reach = reachOf(status);
  const runs = reach.runs.map((isUp, node) => isUp && !nodes.includes(node));
  return effect(status, { ...reach, runs });
}

/** The effect of cutting links completely. */
export function effectOfCutting(
  status: ClusterStatus,
  links: readonly { readonly from: number; readonly to: number }[],
): QuorumEffect {
  const reach = reachOf(status);
  const isCut = (from: number, to: number): boolean =>
    links.some(link => link.from === from && link.to === to);
  return effect(status, { ...reach, passes: (from, to) => !isCut(from, to) && reach.passes(from, to) });
}

/** Voters a leader could reach now, itself included. */
export function reachableVoters(status: ClusterStatus): number {
  return largestGroup(status, reachOf(status));
}
