/**
 * A client of the whole cluster: it knows every node and goes on to the next one when a command was certainly not
 * executed. With `exactlyOnce` each write carries a session and a number, so that it may be repeated also when its
 * outcome is unknown, and still takes effect once.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ClientError } from './client-error.js';
import { type ClientConnection, type CommandOutcome, type ConnectOptions, connect } from './connection.js';
import { needsSession } from './read-commands.js';
import type { ClientReply } from './reply.js';
import type { ClientArgument } from './request.js';

export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

export interface ClusterClientOptions extends Omit<ConnectOptions, 'host' | 'port'> {
  /** Tried in this order, beginning with the one that answered last. */
  readonly nodes: readonly NodeAddress[];
  /** How long a command is tried in all; default three times `timeoutMs`. */
  readonly deadlineMs?: number;
  /** Pause after every node refused once; default 50. */
  readonly retryDelayMs?: number;
  readonly exactlyOnce?: boolean;
}

/** Words of errors after which another node, or a later moment, may do better. */
const PASSING_REFUSALS: ReadonlySet<string> = new Set([
  'MOVED',
  'CLUSTERDOWN',
  'READONLY',
  'LOADING',
  'TRYAGAIN',
  'OOM',
]);

export class ClusterClient {
  readonly #options: ClusterClientOptions;
  readonly #connections = new Map<string, Promise<ClientConnection>>();
  #current = 0;
  #session: Promise<bigint> | null = null;
  #lastSequence = 0n;
  #closed = false;

  constructor(options: ClusterClientOptions) {
    if (options.nodes.length === 0) throw new ClientError('bad-argument', 'no nodes were given');
    this.#options = options;
  }

  /** @throws ClientError, also for an error reply; `certain` tells whether the command may have had an effect */
  async command(args: readonly ClientArgument[]): Promise<ClientReply> {
    const outcome = await this.execute(args);
    if (outcome.kind === 'ok') return outcome.reply;
    throw outcome.error;
  }

  /** Runs a command at whichever node takes it; never rejects. */
  async execute(args: readonly ClientArgument[]): Promise<CommandOutcome> {
    const once = this.#options.exactlyOnce === true && needsSession(String(args[0] ?? ''));
    return once ? this.#executeOnce(args) : this.#execute(args, false, this.#deadline());
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#connections.values()) {
      connection.then(
        opened => opened.close(),
        () => undefined,
      );
    }
    this.#connections.clear();
  }

  #deadline(): number {
    return performance.now() + (this.#options.deadlineMs ?? 3 * this.#options.timeoutMs);
  }

  async #executeOnce(args: readonly ClientArgument[]): Promise<CommandOutcome> {
    const deadline = this.#deadline();
    for (;;) {
      let session: bigint;
      try {
        session = await this.#openSession(deadline);
      } catch (error) {
        return { kind: 'failed', error: asClientError(error) };
      }
      const sequence = ++this.#lastSequence;
      const outcome = await this.#execute(['RAFT.ONCE', session, sequence, ...args], true, deadline);
      const sessionIsGone = outcome.kind === 'failed' && outcome.error.replyCode === 'NOSESSION';
      if (!sessionIsGone || performance.now() >= deadline) return outcome;
      this.#session = null;
    }
  }

  #openSession(deadline: number): Promise<bigint> {
    if (this.#session === null) {
      const opening = this.#execute(['RAFT.SESSION'], true, deadline).then(outcome => {
        if (outcome.kind !== 'ok') throw certainly(outcome.error);
        if (outcome.reply.kind !== 'integer') throw new ClientError('protocol', 'a session has a number');
        return outcome.reply.value;
      });
      this.#session = opening;
      opening.catch(() => {
        if (this.#session === opening) this.#session = null;
      });
    }
    return this.#session;
  }

  /** @param repeatable whether the command may be sent again while its outcome is unknown */
  async #execute(
    args: readonly ClientArgument[],
    repeatable: boolean,
    deadline: number,
  ): Promise<CommandOutcome> {
    let mayHaveHappened = false;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(args);
      if (outcome.kind === 'ok') return outcome;
      if (outcome.kind === 'unknown') mayHaveHappened = true;
      const { error } = outcome;
      // The next command, too, goes elsewhere: a node that is silent stays silent.
      const hasMoved = this.#follow(error);
      if (!hasMoved && isNodesFault(outcome))
        this.#current = (this.#current + 1) % this.#options.nodes.length;
      const again = outcome.kind === 'unknown' ? repeatable : passes(error);
      if (!again || this.#closed || performance.now() >= deadline) {
        return mayHaveHappened ? { kind: 'unknown', error: uncertain(error) } : outcome;
      }
      const isRoundOver = !hasMoved && attempt % this.#options.nodes.length === 0;
      if (isRoundOver) await delay(this.#options.retryDelayMs ?? 50);
    }
  }

  async #attempt(args: readonly ClientArgument[]): Promise<CommandOutcome> {
    const node = this.#options.nodes[this.#current];
    if (node === undefined || this.#closed) {
      return { kind: 'failed', error: new ClientError('not-connected', 'the client is closed') };
    }
    let connection: ClientConnection;
    try {
      connection = await this.#connectionTo(node);
    } catch (error) {
      return { kind: 'failed', error: asClientError(error) };
    }
    return connection.execute(args);
  }

  async #connectionTo(node: NodeAddress): Promise<ClientConnection> {
    const name = `${node.host}:${node.port}`;
    const present = this.#connections.get(name);
    if (present !== undefined) {
      const opened = await present;
      if (!opened.closed) return opened;
      if (this.#connections.get(name) !== present) return this.#connectionTo(node);
    }
    const opening = connect({ ...this.#options, ...node });
    this.#connections.set(name, opening);
    opening.catch(() => {
      if (this.#connections.get(name) === opening) this.#connections.delete(name);
    });
    return opening;
  }

  /** Goes where `MOVED` points, when that is one of the nodes. */
  #follow(error: ClientError): boolean {
    if (error.replyCode !== 'MOVED') return false;
    const address = error.message.split(' ')[2] ?? '';
    const port = Number(address.slice(address.lastIndexOf(':') + 1));
    const target = this.#options.nodes.findIndex(
      node => node.port === port && (address.startsWith(`${node.host}:`) || address.startsWith(':')),
    );
    if (target === -1 || target === this.#current) return false;
    this.#current = target;
    return true;
  }
}

/** It certainly did nothing, and it or another node may do it later. A session that is gone does not come back. */
function passes(error: ClientError): boolean {
  if (error.code === 'bad-argument' || error.code === 'untrusted') return false;
  return error.replyCode === null || PASSING_REFUSALS.has(error.replyCode);
}

/** Another node may be able to answer. */
const isNodesFault = ({ kind, error }: Exclude<CommandOutcome, { kind: 'ok' }>): boolean =>
  kind === 'unknown' || passes(error);

const asClientError = (error: unknown): ClientError =>
  error instanceof ClientError ? error : new ClientError('unreachable', String(error));

/** A session that could not be opened is a command that was never sent. */
const certainly = (error: ClientError): ClientError =>
  error.certain ? error : new ClientError('not-connected', `no session: ${error.message}`);

/** An earlier attempt may have had an effect, whatever the last one said. */
const uncertain = (error: ClientError): ClientError =>
  error.certain ? new ClientError('timeout', `outcome unknown; last: ${error.message}`) : error;
