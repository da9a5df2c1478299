/**
 * A handle on a cluster that runs elsewhere, over the gateways of its nodes.
 *
 * @module
 */
import { ClientError, ClusterClient, type NodeAddress, plain } from '../src/client/index.js';
import type { ClientAccess } from '../src/config/client-access.js';
import type { ClusterHandle, CommandResult } from '../src/runtime/handle.js';
import type { ClusterStatus } from '../src/runtime/status.js';

/** A status over TCP costs the node that answers: five a second, whatever was asked. */
const POLL_INTERVAL_MS = 200;
const STATUS_TIMEOUT_MS = 2_000;
/** Commands such as `wait until` may take their time. */
const COMMAND_TIMEOUT_MS = 10 * 60_000;

async function fetchStatus(client: ClusterClient): Promise<ClusterStatus> {
  const reply = plain(await client.command(['RAFT', 'STATUS']));
  if (typeof reply !== 'string') throw new ClientError('protocol', 'RAFT STATUS did not answer with text');
  const status = JSON.parse(reply) as Partial<ClusterStatus>;
  if (!Array.isArray(status.nodes) || !Array.isArray(status.links) || !Array.isArray(status.events)) {
    throw new ClientError('protocol', 'there is no raftkv cluster with its control at this address');
  }
  return status as ClusterStatus;
}

/** @throws ClientError when nothing answers, or what answers is no cluster of ours */
export async function attach(address: NodeAddress, access: ClientAccess = {}): Promise<ClusterHandle> {
  const first = new ClusterClient({ ...access, nodes: [address], timeoutMs: STATUS_TIMEOUT_MS });
  const initial = await fetchStatus(first).finally(() => first.close());
  // The node attached to may be killed from here: then another one answers.
  const others = initial.nodes.map(node => ({ host: node.host, port: node.port }));
  const isOther = (node: NodeAddress): boolean => node.port !== address.port;
  const nodes = [address, ...others.filter(isOther)];
  return new AttachedCluster(nodes, access);
}

class AttachedCluster implements ClusterHandle {
  readonly #watch: ClusterClient;
  readonly #control: ClusterClient;
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStopped = false;

  constructor(nodes: readonly NodeAddress[], access: ClientAccess) {
    this.#watch = new ClusterClient({ ...access, nodes, timeoutMs: STATUS_TIMEOUT_MS });
    this.#control = new ClusterClient({
      ...access,
      nodes,
      timeoutMs: COMMAND_TIMEOUT_MS,
      deadlineMs: STATUS_TIMEOUT_MS,
    });
  }

  async execute(line: string): Promise<CommandResult> {
    const outcome = await this.#control.execute(['CHAOS', line]);
    if (outcome.kind === 'ok') {
      const reply = plain(outcome.reply);
      return { kind: 'done', text: typeof reply === 'string' ? reply : JSON.stringify(reply) };
    }
    const text = outcome.error.message.replace(/^ERR /, '');
    if (text.startsWith('Invalid operation')) return { kind: 'invalid', text };
    const isUnknown = outcome.kind === 'unknown';
    return { kind: 'failed', text: isUnknown ? `outcome unknown: ${text}` : text, code: outcome.error.code };
  }

  status(): Promise<ClusterStatus> {
    return fetchStatus(this.#watch);
  }

  subscribe(listener: (status: ClusterStatus) => void, intervalMs: number): () => void {
    let isBusy = false;
    const poll = async (): Promise<void> => {
      if (isBusy || this.#isStopped) return;
      isBusy = true;
      try {
        listener(await this.status());
      } catch {
        // Nobody answers now; the display keeps the last snapshot and the next poll tries all nodes again.
      } finally {
        isBusy = false;
      }
    };
    const timer = setInterval(() => void poll(), Math.max(POLL_INTERVAL_MS, intervalMs));
    this.#timers.add(timer);
    void poll();
    return () => {
      clearInterval(timer);
      this.#timers.delete(timer);
    };
  }

  /** Lets go; the cluster itself runs on. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#watch.close();
    this.#control.close();
  }
}
