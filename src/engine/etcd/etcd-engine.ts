/**
 * The engine in front of an etcd cluster. Batches become transactions of etcd, each of as many records as fit.
 *
 * @module
 */
import type { BatchBuilder } from '../../kv/batch-builder.js';
import { keysOfCommand, recordsOf } from '../../kv/batch-records.js';
import { commandNamed } from '../../kv/commands/table.js';
import { KeyRun } from '../../kv/key-run.js';
import type { Reply } from '../../kv/reply.js';
import type { BatchId, CommandArguments, Engine, LeaderHint, Outcome, ReadConsistency } from '../engine.js';
import { type Failure, failureReply, refusal } from '../outcome-replies.js';
import { EtcdClient } from './etcd-client.js';
import { EtcdFailure, failureOf } from './etcd-failure.js';
import { KeyRange } from './key-range.js';
import { KeyTurns } from './key-turns.js';
import { Keyspace, type Moment } from './keyspace.js';
import { LoadRunCompare } from './load-run-compare.js';
import { type MemberState, MemberWatch } from './member-watch.js';
import { isAboutAllKeys, refusalOfCommand } from './offer.js';
import { DEFAULT_PREFIX, ETCD_DEFAULTS, type EtcdOptions } from './options.js';
import { halvesOf, type PlannedStep, stepsOf } from './plan.js';
import { KeyFetcher } from './stored-key.js';

export class EtcdEngine implements Engine {
  readonly #client: EtcdClient;
  readonly #range: KeyRange;
  readonly #timeoutMs: number;
  readonly #maxOperations: number;
  readonly #fetcher: KeyFetcher;
  readonly #transactions: LoadRunCompare;
  readonly #keyspace: Keyspace;
  readonly #turns = new KeyTurns();
  readonly #members: MemberWatch;
  #listener: (outcome: Outcome) => void = () => undefined;
  #front: LeaderHint | null = null;

  constructor(options: EtcdOptions) {
    const limits = { ...ETCD_DEFAULTS, ...options };
    this.#timeoutMs = limits.timeoutMs;
    this.#maxOperations = limits.maxOperations;
    this.#client = new EtcdClient(options);
    this.#range = new KeyRange(options.prefix ?? DEFAULT_PREFIX);
    this.#fetcher = new KeyFetcher(this.#client, this.#range, limits.maxOperations);
    this.#transactions = new LoadRunCompare(this.#client, this.#range, this.#fetcher, limits);
    this.#keyspace = new Keyspace(this.#client, this.#range);
    this.#members = new MemberWatch(this.#client, options.endpoints);
  }

  /** Asks the members what they know, and from then on again and again. */
  start(): Promise<void> {
    return this.#members.start();
  }

  /** A member knew of a leader when it was asked last. */
  get isLed(): boolean {
    return this.#members.hasLeader;
  }

  /** Waits for that; `start` comes first. @throws EtcdFailure `never-sent` when it is not so within `waitMs` */
  async untilLed(waitMs: number): Promise<void> {
    for (const endMs = performance.now() + waitMs; !this.isLed; ) {
      if (performance.now() >= endMs) {
        const message = `no etcd with a leader answers (${this.#members.trouble})`;
        throw new EtcdFailure('never-sent', message, 'no-leader');
      }
      await new Promise(resolve => setTimeout(resolve, POLL_MS));
    }
  }

  get members(): readonly MemberState[] {
    return this.#members.states;
  }

  /** Requests that are under way are cancelled; their outcome is unknown. */
  close(): void {
    this.#members.close();
    this.#client.close();
  }

  /** Tells where clients find the gateway of this engine. */
  setFront(front: LeaderHint): void {
    this.#front = front;
  }

  /** Transactions that failed because somebody else had changed a key, since the start. */
  get conflicts(): number {
    return this.#transactions.conflicts;
  }

  submit(id: BatchId, batch: BatchBuilder): void {
    const data = batch.finish(0, 0, 0);
    void this.#write(data).then(outcome => this.#listener({ ...outcome, id }));
  }

  read(id: BatchId, commands: readonly CommandArguments[], consistency: ReadConsistency): void {
    void this.#read(commands, consistency === 'stale').then(outcome => this.#listener({ ...outcome, id }));
  }

  onOutcome(listener: (outcome: Outcome) => void): void {
    this.#listener = listener;
  }

  /** Which command changed a key, etcd does not know. */
  observe(): boolean {
    return false;
  }

  /** Every gateway takes writes; null while etcd has no leader. */
  leader(): LeaderHint | null {
    return this.isLed ? this.#front : null;
  }

  describe(): Readonly<Record<string, unknown>> {
    return {
      engine: 'etcd',
      prefix: this.#range.prefix,
      conflicts: this.conflicts,
      members: this.#members.states,
    };
  }

  /** Steps one after the other, each with an outcome of its own; the first that fails ends it. */
  async #write(data: Uint8Array): Promise<EngineOutcome> {
    const limits = { range: this.#range, maxOperations: this.#maxOperations };
    const replies: Reply[] = [];
    const steps = stepsOf(recordsOf(data), limits);
    for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
      try {
        replies.push(...(await this.#execute(data, step)));
      } catch (error) {
        const failure = failureOf(error);
        if (concernsOneRecord(failure)) {
          if (step.records.length === 1) replies.push(refusal(failure.refusal, failure.message));
          else steps.unshift(...halvesOf(step));
          continue;
        }
        const failed = outcomeOf(failure);
        // One outcome for the whole batch, where it is the same for all of it.
        if (replies.length === 0 && (steps.length === 0 || failed.kind === 'refused')) return failed;
        replies.push(...step.records.map(() => failureReply(failed)));
        // Whoever sent the others after this one expects them to come after it.
        replies.push(...steps.flatMap(({ records }) => records.map(() => NOT_REACHED)));
        break;
      }
    }
    return doneWith(replies);
  }

  async #execute(data: Uint8Array, step: PlannedStep): Promise<readonly Reply[]> {
    switch (step.kind) {
      case 'refused':
        return [refusal('not-offered', step.why)];
      case 'keyspace':
        return [await this.#keyspace.execute(step.name, step.args, this.#newest(false))];
      case 'transaction':
        return this.#turns.take(step.keys, () => this.#transactions.run(data, step.records));
    }
  }

  async #read(commands: readonly CommandArguments[], serializable: boolean): Promise<EngineOutcome> {
    try {
      return doneWith(await this.#readAll(commands, this.#newest(serializable)));
    } catch (error) {
      // Whatever became of it, it changed nothing.
      const { message, refusal: code } = failureOf(error);
      return { kind: 'refused', code, message };
    }
  }

  async #readAll(commands: readonly CommandArguments[], moment: Moment): Promise<readonly Reply[]> {
    const asked = commands.map(([name = '', ...args]) => ({ name, command: commandNamed(name), args }));
    const keys = new Set<string>();
    for (const { command, args } of asked) {
      if (command !== undefined) for (const key of keysOfCommand(command, args)) keys.add(key);
    }
    const held = [...keys].filter(key => this.#range.canHold(key));
    const fetched = await this.#fetcher.fetch(held, 0, moment.serializable, moment.untilMs);
    const run = new KeyRun([...fetched.keys.values()], {
      nowMs: Date.now(),
      lastVersion: fetched.revision,
      seed: Math.floor(Math.random() * 2 ** 31),
    });
    // What one member has by itself it may have no more of when it is asked again.
    const same = moment.serializable ? moment : { ...moment, revision: fetched.revision };
    const replies: Reply[] = [];
    for (const { name, command, args } of asked) {
      const why = command === undefined ? null : refusalOfCommand({ command, args });
      if (why !== null) replies.push(refusal('not-offered', why));
      else if (!isAboutAllKeys({ command, args })) replies.push(run.read([name, ...args]));
      else replies.push(await this.#keyspace.execute(name.toLowerCase(), args, same));
    }
    return replies;
  }

  #newest(serializable: boolean): Moment {
    return { revision: 0, serializable, untilMs: performance.now() + this.#timeoutMs };
  }
}

/** While waiting for a leader. */
const POLL_MS = 50;

type EngineOutcome = Failure | Omit<Extract<Outcome, { readonly kind: 'done' }>, 'id'>;

const NOT_REACHED = refusal('no-quorum', 'not executed: what came before it failed');

const doneWith = (replies: readonly Reply[]): EngineOutcome => ({ kind: 'done', replies, index: 0, term: 0 });

function outcomeOf({ code, message, refusal: refusalCode }: EtcdFailure): Failure {
  return code === 'unknown' ? { kind: 'unknown', message } : { kind: 'refused', code: refusalCode, message };
}

/** Others in the same transaction may well be executed. */
function concernsOneRecord({ code, refusal: refusalCode }: EtcdFailure): boolean {
  return code === 'refused' && (refusalCode === 'too-large' || refusalCode === 'not-offered');
}
