/**
 * The recent past of the cluster in equal steps: what the charts and the roles over time are drawn from.
 *
 * @module
 */
import type { ClusterStatus, NodeStatus } from '../src/runtime/status.js';

/** What one node was during one step, the most telling thing first when it was several. */
export const ACTIVITIES = [
  'candidate',
  'pre-candidate',
  'faulty',
  'down',
  'leader',
  'paused',
  'starting',
  'follower',
  'removed',
] as const;
export type Activity = (typeof ACTIVITIES)[number];

export interface Sample {
  /** Start of the step, milliseconds since the epoch. */
  readonly atMs: number;
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
  readonly latencyMsP50: number;
  readonly latencyMsP99: number;
  readonly droppedPerSecond: number;
  readonly messagesPerSecond: number;
  readonly leader: number | null;
  readonly term: number;
  readonly activities: readonly Activity[];
}

export const STEP_MS = 500;
/** Two minutes; older steps are forgotten. */
export const MAX_SAMPLES = 240;

export function activityOf(node: NodeStatus): Activity {
  switch (node.state) {
    case 'up':
      return node.raft?.role ?? 'starting';
    case 'starting':
    case 'paused':
    case 'down':
    case 'faulty':
    case 'removed':
      return node.state;
  }
}

function merge(earlier: readonly Activity[], later: readonly Activity[]): readonly Activity[] {
  return later.map((activity, node) => {
    const before = earlier[node];
    if (before === undefined) return activity;
    return ACTIVITIES.indexOf(before) < ACTIVITIES.indexOf(activity) ? before : activity;
  });
}

function sampleOf(status: ClusterStatus, atMs: number): Sample {
  return {
    atMs,
    writesPerSecond: status.writesPerSecond,
    readsPerSecond: status.readsPerSecond,
    latencyMsP50: status.latencyMsP50,
    latencyMsP99: status.latencyMsP99,
    droppedPerSecond: status.droppedPerSecond,
    messagesPerSecond: status.messagesPerSecond,
    leader: status.leader,
    term: status.term,
    activities: status.nodes.map(activityOf),
  };
}

/** Adds a status; steps no status came for repeat the one before, so that positions stay times. */
export function addSample(samples: readonly Sample[], status: ClusterStatus): readonly Sample[] {
  const atMs = Math.floor(status.atMs / STEP_MS) * STEP_MS;
  const last = samples.at(-1);
  const sample = sampleOf(status, atMs);
  if (last === undefined || last.activities.length !== sample.activities.length) return [sample];
  if (atMs <= last.atMs) {
    const merged = {
      ...sample,
      atMs: last.atMs,
      leader: sample.leader === null ? null : last.leader === null ? null : sample.leader,
      activities: merge(last.activities, sample.activities),
    };
    return [...samples.slice(0, -1), merged];
  }
  const missed = Math.min(MAX_SAMPLES, (atMs - last.atMs) / STEP_MS - 1);
  const filled = Array.from({ length: missed }, (_, step) => ({
    ...last,
    atMs: atMs - (missed - step) * STEP_MS,
  }));
  return [...samples, ...filled, sample].slice(-MAX_SAMPLES);
}
