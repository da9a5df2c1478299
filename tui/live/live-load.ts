/**
 * The background load whose answers are judged all the time: clients that read and write through the nodes' ports.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientConnection, connect, type NodeAddress, plain } from '../../src/client/index.js';
import type { ClientAccess } from '../../src/config/client-access.js';
import type { Operation } from '../../src/harness/check.js';
import { Round } from './round.js';

export interface LiveLoadOptions {
  readonly nodes: readonly NodeAddress[];
  readonly access: ClientAccess;
  /** Operations a second, all clients together. */
  readonly rate: number;
  /** Begins the names of all keys; no other run may have used it. */
  readonly prefix: string;
  readonly report: (report: LiveReport) => void;
}

export interface LiveReport {
  /** Operations of the windows judged so far. */
  readonly checked: number;
  /** Of these: how many have an outcome nobody knows. */
  readonly unknown: number;
  /** Operations refused, which had no effect. */
  readonly refused: number;
  readonly windows: number;
  /** Windows that were too much to decide. */
  readonly undecided: number;
  readonly verdict: 'linearizable' | 'not-linearizable';
  /** Of a violation: key, operations and why they cannot be, line by line. */
  readonly proof: readonly string[];
}

const CLIENTS = 8;
/** Of them: so many only read, at one node after the other. A client that writes is stuck where no write is taken. */
const READERS = 3;
const READS_PER_NODE = 25;
const KEYS_PER_ROUND = 8;
const ROUND_MS = 2_000;
const TIMEOUT_MS = 4_000;
const RETRY_MS = 100;
/** Of the clients that write: half of all operations are writes, or nearly. */
const WRITE_SHARE = 0.75;

export class LiveLoad {
  readonly #options: LiveLoadOptions;
  #round: Round;
  #rounds = 0;
  #nextClient = CLIENTS;
  #value = 0;
  #report: LiveReport = {
    checked: 0,
    unknown: 0,
    refused: 0,
    windows: 0,
    undecided: 0,
    verdict: 'linearizable',
    proof: [],
  };
  #isStopped = false;
  readonly #connections = new Set<ClientConnection>();

  constructor(options: LiveLoadOptions) {
    this.#options = options;
    this.#round = this.#newRound();
  }

  /** Resolves when it was stopped, or has found a violation. */
  async run(): Promise<void> {
    const clients = Array.from({ length: CLIENTS }, (_, client) => this.#runClient(client));
    while (!this.#isStopped) {
      await sleep(ROUND_MS);
      const round = this.#round;
      this.#round = this.#newRound();
      await this.#judge(round);
    }
    await Promise.all(clients);
  }

  stop(): void {
    this.#isStopped = true;
    for (const connection of this.#connections) connection.close();
  }

  #newRound(): Round {
    this.#rounds++;
    return new Round(`${this.#options.prefix}:${this.#rounds}`, KEYS_PER_ROUND);
  }

  async #judge(round: Round): Promise<void> {
    const { operations, unknown, verdict, violation } = await round.close();
    const before = this.#report;
    this.#report = {
      ...before,
      checked: before.checked + operations,
      unknown: before.unknown + unknown,
      windows: before.windows + 1,
      undecided: before.undecided + (verdict === 'undecided' ? 1 : 0),
      ...(violation === null
        ? {}
        : {
            verdict: 'not-linearizable',
            proof: [`key ${violation.key}`, ...violation.explanation.split('\n')],
          }),
    };
    this.#options.report(this.#report);
    if (violation !== null) this.stop();
    else await this.#forget(round.keys);
  }

  /** Keys that were judged need not stay in the store. */
  async #forget(keys: readonly string[]): Promise<void> {
    const [connection] = this.#connections;
    if (connection !== undefined && !connection.closed) await connection.execute(['DEL', ...keys]);
  }

  async #runClient(client: number): Promise<void> {
    const { nodes, rate } = this.#options;
    const gapMs = (CLIENTS * 1000) / rate;
    let at = client % nodes.length;
    let number = client;
    let done = 0;
    const isReader = client < READERS;
    let dueMs = performance.now() + gapMs * (client / CLIENTS);
    let connection: ClientConnection | null = null;
    while (!this.#isStopped) {
      dueMs = Math.max(dueMs + gapMs, performance.now() - 10 * gapMs);
      await sleep(Math.max(0, dueMs - performance.now()));
      connection ??= await this.#connect(nodes[at]);
      const outcome = connection === null ? 'failed' : await this.#operate(connection, number, isReader);
      const isLeaving = isReader && ++done % READS_PER_NODE === 0;
      if (outcome === 'ok' && !isLeaving) continue;
      if (outcome === 'unknown') number = this.#nextClient++;
      if (connection !== null) this.#drop(connection);
      connection = null;
      at = (at + 1) % nodes.length;
      if (outcome !== 'ok') await sleep(RETRY_MS);
    }
    if (connection !== null) this.#drop(connection);
  }

  async #connect(node: NodeAddress | undefined): Promise<ClientConnection | null> {
    if (node === undefined) return null;
    try {
      const options = { ...this.#options.access, ...node, timeoutMs: TIMEOUT_MS };
      const connection = await connect(options);
      this.#connections.add(connection);
      return connection;
    } catch {
      return null;
    }
  }

  #drop(connection: ClientConnection): void {
    connection.close();
    this.#connections.delete(connection);
  }

  /** One read or write; after an unknown outcome the client must go on under another number. */
  async #operate(
    connection: ClientConnection,
    client: number,
    isReader: boolean,
  ): Promise<'ok' | 'failed' | 'unknown'> {
    const round = this.#round;
    const key = round.keys[Math.floor(Math.random() * round.keys.length)] ?? '';
    const isWrite = !isReader && Math.random() < WRITE_SHARE;
    const value = `v${++this.#value}`;
    round.begin();
    const callNs = now();
    const outcome = await connection.execute(isWrite ? ['SET', key, value] : ['GET', key]);
    const returnNs = now();
    const base = { client, key, op: isWrite ? 'put' : 'get', ...(isWrite ? { value } : {}), callNs };
    if (outcome.kind === 'failed') {
      round.end(null);
      this.#report = { ...this.#report, refused: this.#report.refused + 1 };
      return 'failed';
    }
    if (outcome.kind === 'unknown') {
      round.end({ ...base, ok: 'unknown', returnNs: null });
      return 'unknown';
    }
    const reply = plain(outcome.reply);
    const output: Operation['output'] = typeof reply === 'string' ? reply : null;
    round.end({ ...base, ok: true, output, returnNs });
    return 'ok';
  }
}

/** Nanoseconds of a clock that never goes back. */
function now(): number {
  return Math.round(performance.now() * 1e6);
}
