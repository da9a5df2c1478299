/**
 * Who leads a cluster, asked at one of its nodes.
 *
 * @module
 */
import { connect, plain } from '../src/client/index.js';

const ASK_TIMEOUT_MS = 2_000;

/** 0-based; null: nobody, or the node does not know. */
export async function leaderOf(port: number): Promise<number | null> {
  const client = await connect({ host: '127.0.0.1', port, timeoutMs: ASK_TIMEOUT_MS });
  try {
    const reply = await client.command(['RAFT', 'STATUS']);
    const text = plain(reply);
    if (typeof text !== 'string') throw new Error('RAFT STATUS did not answer with text');
    return (JSON.parse(text) as { readonly leader: number | null }).leader;
  } finally {
    client.close();
  }
}

/** Port of the leader: the load goes there, as a cluster client's would. The first port when there is no leader. */
export async function leaderPort(ports: readonly number[]): Promise<number> {
  const [first = 0] = ports;
  return ports[(await leaderOf(first)) ?? 0] ?? first;
}
