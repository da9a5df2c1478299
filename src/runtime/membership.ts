/**
 * Adds and removes nodes of a running cluster: thread, port and links first or last, the Raft membership between.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlRequest } from '../node/control.js';
import { nodeIndex } from '../node/peer-id.js';
import type { ClusterRuntime } from './cluster-runtime.js';
import { ControlError } from './control.js';
import { waitUntil } from './wait-until.js';

/** For a change to be committed, elections meanwhile included. */
const CHANGE_TIME_LIMIT_MS = 15_000;
/** For a new node to receive what the cluster holds. */
const CATCH_UP_TIME_LIMIT_MS = 60_000;
const RETRY_MS = 50;

/**
 * Starts `node` (the next number, or one that was removed); it joins as a learner, and votes when this resolves.
 * @throws what kept the node from starting (nothing of it stays); ControlError: after a time-out the node stays, and
 *   the change may still take effect
 */
export async function addNode(runtime: ClusterRuntime, node: number): Promise<void> {
  checkAddable(runtime, node);
  runtime.leader();
  runtime.roster.add(node);
  runtime.router.grow(node + 1);
  try {
    await runtime.supervisor.start(node);
  } catch (error) {
    await runtime.supervisor.remove(node);
    runtime.roster.remove(node);
    throw error;
  }
  await runtime.spreadAddresses();
  await join(runtime, node);
}

/** Removes a member and ends its thread; a leader hands over first. */
export async function removeNode(runtime: ClusterRuntime, node: number): Promise<void> {
  const { record } = runtime.roster.get(node);
  if (record.isRemoved) throw new ControlError('node-down', `node ${node} is removed already`);
  const leader = runtime.leader();
  if (leader === node) await handOver(runtime, node);
  await change(runtime, { kind: 'remove', node: nodeIndex(node) });
  // A node of another host is ended there, when that host hears of it.
  if (runtime.roster.isLocal(node)) await runtime.supervisor.remove(node);
  runtime.roster.remove(node);
}

/** Lets nodes whose directories were lost join again, each in place of its former self. */
export async function replaceLostMembers(runtime: ClusterRuntime): Promise<void> {
  const replaced = runtime.roster.nodes.filter(node => {
    const { record } = runtime.roster.get(node);
    return runtime.roster.isLocal(node) && !record.isRemoved && record.incarnation > 0;
  });
  for (const node of replaced) await join(runtime, node);
}

async function join(runtime: ClusterRuntime, node: number): Promise<void> {
  const { incarnation } = runtime.roster.get(node).record;
  await change(runtime, { kind: 'add', node: nodeIndex(node), incarnation });
  await waitUntil(
    `node ${node} to catch up and vote`,
    () => {
      const { nodes, leader } = runtime.status();
      const raft = nodes.find(other => other.node === leader)?.raft;
      if (raft === null || raft === undefined || raft.joint) return false;
      return raft.voters.includes(node) && !raft.learners.includes(node);
    },
    CATCH_UP_TIME_LIMIT_MS,
  );
}

function checkAddable(runtime: ClusterRuntime, node: number): void {
  const next = Math.max(...runtime.roster.nodes) + 1;
  if (node === next) return;
  const known = runtime.roster.nodes.includes(node);
  if (known && runtime.roster.get(node).record.isRemoved) return;
  if (known) throw new ControlError('node-up', `node ${node} exists already`);
  throw new ControlError('bad-node', `the next node to add is ${next}, not ${node}`);
}

/** Asks whoever leads until the change is in force; one that already is counts as done. */
async function change(runtime: ClusterRuntime, request: ControlRequest): Promise<void> {
  const endMs = performance.now() + CHANGE_TIME_LIMIT_MS;
  for (;;) {
    try {
      await runtime.ask(runtime.leader(), request);
      return;
    } catch (error) {
      if (performance.now() > endMs || !isTransient(error)) throw error;
    }
    await delay(RETRY_MS);
  }
}

/** No leader at the moment, or it changed or died meanwhile: worth another try. */
const isTransient = (error: unknown): boolean =>
  error instanceof ControlError &&
  (error.code === 'no-leader' || error.code === 'node-down' || error.code === 'timeout');

async function handOver(runtime: ClusterRuntime, node: number): Promise<void> {
  const raft = runtime.status().nodes.find(other => other.node === node)?.raft;
  const voters = new Set(raft?.voters);
  const [successor] = (raft?.progress ?? [])
    .filter(follower => follower.node !== node && voters.has(follower.node) && follower.active)
    .toSorted((one, other) => other.match - one.match);
  // Nobody to hand over to: the removal goes through this leader, which then steps down.
  if (successor === undefined) return;
  const request = { kind: 'transfer', to: nodeIndex(successor.node) } as const;
  try {
    await runtime.ask(node, request);
  } catch (error) {
    // The same as above; whoever leads is asked to remove it.
    if (!(error instanceof ControlError)) throw error;
  }
}
