/**
 * One client: one connection at one node, one call at a time, each recorded with what it was told.
 *
 * After a failure it goes on at the next node, but for one client in four, which stays with its node: somebody must go on asking a
 * node that was cut off, or nobody would see what it answers. After an unknown outcome it goes on under a new number, because the
 * call may still be under way: to the checker it is another client.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientConnection, ClientError, connect, type NodeAddress } from '../client/index.js';
import type { Access } from './cluster-under-test.js';
import type { Operation } from './history.js';
import type { Call, CallOutcome } from './workloads/workload.js';

/** A line of a recorded history says more than the checker needs. */
export interface RecordedOperation extends Operation {
  /** Position of the node in the list of addresses. */
  readonly node: number;
  readonly phase: string;
  /** Why it failed or is unknown. */
  readonly error?: string;
  /** Of an unknown outcome: how long it was waited for. */
  readonly waited_ms?: number;
}

export interface LoadClientOptions {
  readonly client: number;
  /** All clients of the run: the step to a client's next number. */
  readonly clients: number;
  readonly nodes: readonly NodeAddress[];
  readonly timeoutMs: number;
  readonly phase: string;
  readonly access: Access;
  /** Nanoseconds since the run began. */
  readonly nowNs: () => number;
  readonly record: (operation: RecordedOperation) => void;
}

/** After a refusal: long enough not to fill the history with refusals, short beside an election. */
const REFUSED_PAUSE_MS = 20;

/** Of so many clients at a node one stays there. */
const STAYING_EVERY = 4;

export class LoadClient {
  readonly #options: LoadClientOptions;
  readonly #stays: boolean;
  #connection: ClientConnection | null = null;
  #node: number;
  #number: number;

  constructor(options: LoadClientOptions) {
    this.#options = options;
    this.#number = options.client;
    const { client, nodes } = options;
    this.#node = client % nodes.length;
    this.#stays = options.phase !== 'final' && Math.floor(client / nodes.length) % STAYING_EVERY === 1;
  }

  /** Makes the call and records it. */
  async run(call: Call): Promise<CallOutcome['kind']> {
    const { nowNs, record, phase, clients } = this.#options;
    const connection = await this.#connect();
    if (connection === null) return 'failed';
    const { op, key, value } = call;
    const node = this.#node;
    const callNs = nowNs();
    const outcome = await call.perform(connection);
    const returnNs = nowNs();
    const base = {
      client: this.#number,
      op,
      key,
      ...(value === undefined ? {} : { value }),
      callNs,
      node,
      phase,
    };
    switch (outcome.kind) {
      case 'ok':
        record({
          ...base,
          ok: true,
          returnNs,
          ...(outcome.output === undefined ? {} : { output: outcome.output }),
        });
        break;
      case 'failed':
        record({ ...base, ok: false, returnNs, error: outcome.error });
        if (outcome.error !== 'conflict') await this.#goOn();
        break;
      case 'unknown':
        record({
          ...base,
          ok: 'unknown',
          returnNs: null,
          error: outcome.error,
          waited_ms: (returnNs - callNs) / 1e6,
        });
        this.#number += clients;
        await this.#goOn();
    }
    return outcome.kind;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  /** The connection to the present node; null when that node does not accept one: nothing was called then. */
  async #connect(): Promise<ClientConnection | null> {
    if (this.#connection !== null && !this.#connection.closed) return this.#connection;
    const { nodes, timeoutMs, access } = this.#options;
    const node = nodes[this.#node];
    if (node === undefined) return null;
    try {
      this.#connection = await connect({ ...access, ...node, timeoutMs });
      return this.#connection;
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      await this.#goOn();
      return null;
    }
  }

  async #goOn(): Promise<void> {
    this.close();
    if (!this.#stays) this.#node = (this.#node + 1) % this.#options.nodes.length;
    await sleep(REFUSED_PAUSE_MS);
  }
}
