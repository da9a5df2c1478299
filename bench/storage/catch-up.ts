/**
 * A follower that was down while the log was compacted comes back through a snapshot in chunks, on links that lose messages,
 * under load: how long, and how long no write at all was acknowledged.
 *
 * @module
 */
import { connect } from '../../src/client/index.js';
import { type Cluster, type ClusterStatus, startCluster } from '../../src/index.js';

export interface CatchUpOptions {
  readonly directory: string;
  /** Probability that a message is lost, on every link. */
  readonly drop: number;
  /** State to transfer. */
  readonly stateBytes: number;
  readonly connections: number;
  readonly valueBytes: number;
  /** How long the load runs on lossy links before the follower returns. */
  readonly beforeMs: number;
}

export interface CatchUp {
  readonly caughtUpMs: number;
  /** Between two acknowledgements, from the follower's return until it had caught up. */
  readonly longestPauseMs: number;
  /** The same while the follower was down and the links lost messages already. */
  readonly longestPauseBeforeMs: number;
  readonly acknowledged: number;
  /** Snapshots that the follower installed. */
  readonly installed: number;
  readonly snapshotBytes: number;
}

const NODES = 3;
const SNAPSHOT_ENTRIES = 200;
const CATCH_UP_LIMIT_MS = 60_000;

export async function measureCatchUp(options: CatchUpOptions): Promise<CatchUp> {
  const cluster = await startCluster({
    nodes: NODES,
    dataDirectory: options.directory,
    seed: 3,
    config: {
      snapshotEntries: SNAPSHOT_ENTRIES,
      heartbeatMs: 50,
      electionTimeoutMinMs: 500,
      electionTimeoutMaxMs: 1_000,
    },
  });
  try {
    return await measure(cluster, options);
  } finally {
    await cluster.stop();
  }
}

async function measure(
  cluster: Cluster,
  { drop, stateBytes, valueBytes, connections, beforeMs }: CatchUpOptions,
): Promise<CatchUp> {
  const leader = await cluster.waitForLeader();
  const follower = (leader + 1) % NODES;
  await cluster.kill(follower);
  const keys = Math.ceil(stateBytes / valueBytes);
  const load = await startLoad(cluster, leader, { connections, keys, valueBytes });
  try {
    await cluster.waitFor(status => load.acknowledged() > keys && isCompacted(status, leader), {
      timeoutMs: CATCH_UP_LIMIT_MS,
      what: 'a log that begins behind the follower',
    });
    await cluster.setLink(null, null, { drop });
    const droppedAt = performance.now();
    await new Promise(resolve => setTimeout(resolve, beforeMs));
    const longestPauseBeforeMs = load.longestPauseMs(droppedAt);
    const revivedAt = performance.now();
    const { commit } = await cluster.status();
    await cluster.revive(follower);
    const status = await cluster.waitFor(({ nodes }) => (nodes[follower]?.raft?.applied ?? 0) >= commit, {
      timeoutMs: CATCH_UP_LIMIT_MS,
      what: 'the follower to catch up',
    });
    const caughtUpMs = performance.now() - revivedAt;
    return {
      caughtUpMs,
      longestPauseMs: load.longestPauseMs(revivedAt),
      longestPauseBeforeMs,
      acknowledged: load.acknowledged(),
      installed: status.events.filter(
        ({ node, kind, text }) => node === follower && kind === 'snapshot' && text.startsWith('installed'),
      ).length,
      snapshotBytes: status.nodes[leader]?.dataBytes ?? 0,
    };
  } finally {
    await load.stop();
  }
}

/** The follower, down at the log's very beginning, can only come back by a snapshot. */
const isCompacted = ({ nodes }: ClusterStatus, leader: number): boolean =>
  (nodes[leader]?.raft?.firstIndex ?? 0) > SNAPSHOT_ENTRIES;

interface LoadSize {
  readonly connections: number;
  readonly keys: number;
  readonly valueBytes: number;
}

interface Load {
  acknowledged(): number;
  longestPauseMs(sinceMs: number): number;
  stop(): Promise<void>;
}

async function startLoad(
  cluster: Cluster,
  node: number,
  { connections, keys, valueBytes }: LoadSize,
): Promise<Load> {
  const { nodes } = await cluster.status();
  const port = nodes[node]?.port ?? 0;
  const value = 'x'.repeat(valueBytes);
  const answeredAt: number[] = [];
  let isStopped = false;
  let next = 0;
  const lane = async (): Promise<void> => {
    const client = await connect({ host: '127.0.0.1', port, timeoutMs: 10_000 });
    while (!isStopped) {
      next += 1;
      const outcome = await client.execute(['SET', `key${next % keys}`, value]);
      if (outcome.kind === 'ok') answeredAt.push(performance.now());
    }
    client.close();
  };
  const lanes = Array.from({ length: connections }, lane);
  return {
    acknowledged: () => answeredAt.length,
    longestPauseMs: sinceMs => {
      const times = [sinceMs, ...answeredAt.filter(at => at > sinceMs), performance.now()];
      return Math.max(...times.slice(1).map((at, i) => at - (times[i] ?? at)));
    },
    stop: async () => {
      isStopped = true;
      await Promise.allSettled(lanes);
    },
  };
}
