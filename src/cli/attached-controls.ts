/**
 * Faults and status of a cluster that runs elsewhere, for a test that pauses and kills the very nodes it talks to.
 *
 * @module
 */
import { type ClientConnection, connect, type NodeAddress, plain } from '../client/index.js';
import type { Access, ClusterControls, ObservedStatus } from '../harness/cluster-under-test.js';

type CommandOutcome = Awaited<ReturnType<ClientConnection['execute']>>;

/** A node that says nothing for so long is paused or gone: the next one is asked. */
const SILENCE_MS = 1_000;
/** A line that does its work at once. */
const QUICK_MS = 5_000;
/** One that waits, or moves data. */
const SLOW_MS = 40_000;
const SLOW_LINE = /^(try )?(wait|expect|random|add|remove|transfer|snapshot|revive|restart)\b/;
/** Asked for a second time they would act on another node. */
const ONCE_ONLY = /^(try )?(kill|pause|restart|random|add|remove)\b/;

export class AttachedControls implements ClusterControls {
  readonly #nodes: readonly NodeAddress[];
  readonly #access: Access;
  #current = 0;
  #watcher: ClientConnection | null = null;

  constructor(nodes: readonly NodeAddress[], access: Access) {
    this.#nodes = nodes;
    this.#access = access;
  }

  async execute(line: string): Promise<{ readonly ok: boolean; readonly text: string }> {
    const limitMs = SLOW_LINE.test(line) ? SLOW_MS : QUICK_MS;
    let last = 'no node answers';
    for (let attempt = 0; attempt < 2 * this.#nodes.length; attempt++) {
      const outcome = await this.#ask(line, limitMs);
      if (outcome?.kind === 'ok') return { ok: true, text: String(plain(outcome.reply)) };
      if (outcome?.kind === 'failed') return { ok: false, text: outcome.error.message };
      this.#goOn();
      if (outcome === null) continue;
      last = outcome.error.message;
      // The node that was asked is the one that went: to lift a fault that is not there does no harm.
      if (ONCE_ONLY.test(line)) return { ok: true, text: `no answer: ${last}` };
    }
    return { ok: false, text: last };
  }

  async status(): Promise<ObservedStatus | null> {
    for (let attempt = 0; attempt < this.#nodes.length; attempt++) {
      const connection = await this.#watching();
      const outcome = await connection?.execute(['RAFT', 'STATUS']);
      if (outcome?.kind === 'ok') return JSON.parse(String(plain(outcome.reply))) as ObservedStatus;
      this.#goOn();
    }
    return null;
  }

  close(): void {
    this.#watcher?.close();
  }

  /** Null: the node does not answer, the line was not sent. */
  async #ask(line: string, limitMs: number): Promise<CommandOutcome | null> {
    const probe = await this.#connect(SILENCE_MS);
    const answer = await probe?.execute(['PING']);
    probe?.close();
    if (answer?.kind !== 'ok') return null;
    const connection = await this.#connect(limitMs);
    if (connection === null) return null;
    try {
      return await connection.execute(['CHAOS', line]);
    } finally {
      connection.close();
    }
  }

  async #watching(): Promise<ClientConnection | null> {
    if (this.#watcher === null || this.#watcher.closed) this.#watcher = await this.#connect(SILENCE_MS);
    return this.#watcher;
  }

  async #connect(timeoutMs: number): Promise<ClientConnection | null> {
    const node = this.#nodes[this.#current];
    if (node === undefined) return null;
    try {
      return await connect({ ...this.#access, ...node, timeoutMs });
    } catch {
      return null;
    }
  }

  #goOn(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#current = (this.#current + 1) % this.#nodes.length;
  }
}
