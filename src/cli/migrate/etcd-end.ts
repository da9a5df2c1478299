/**
 * A store in an etcd cluster, spoken to without a gateway.
 *
 * @module
 */
import type { BatchId, Engine, Outcome } from '../../engine/engine.js';
import { EtcdEngine } from '../../engine/etcd/etcd-engine.js';
import { EtcdFailure } from '../../engine/etcd/etcd-failure.js';
import type { EtcdOptions } from '../../engine/etcd/options.js';
import { failureReply } from '../../engine/outcome-replies.js';
import { appendCommand } from '../../kv/admission.js';
import { BatchBuilder } from '../../kv/batch-builder.js';
import { commandNamed } from '../../kv/commands/table.js';
import { isArrayReply, type Reply } from '../../kv/reply.js';
import { OperationFailed } from '../cli-error.js';
import type { CommandWords, PlainReply, StoreEnd } from './store-end.js';

const WAIT_MS = 10_000;
/** Batches written at the same time: etcd's answers take longer than its work. */
const PARALLEL_BATCHES = 4;

/** @throws OperationFailed when no member with a leader answers */
export async function openEtcd(name: string, options: EtcdOptions): Promise<StoreEnd> {
  const engine = new EtcdEngine(options);
  try {
    await engine.start();
    await engine.untilLed(WAIT_MS);
    return new EtcdEnd(name, engine);
  } catch (error) {
    engine.close();
    throw error instanceof EtcdFailure ? new OperationFailed(error.message) : error;
  }
}

class EtcdEnd implements StoreEnd {
  readonly name: string;
  readonly #engine: Engine & { close(): void };
  readonly #waiting = new Map<BatchId, (outcome: Outcome) => void>();
  #lastId = 0;

  constructor(name: string, engine: EtcdEngine) {
    this.name = name;
    this.#engine = engine;
    engine.onOutcome(outcome => {
      this.#waiting.get(outcome.id)?.(outcome);
      this.#waiting.delete(outcome.id);
    });
  }

  async read(commands: readonly CommandWords[]): Promise<readonly PlainReply[]> {
    return this.#replies(id => this.#engine.read(id, commands, 'linearizable'));
  }

  async write(commands: readonly CommandWords[]): Promise<void> {
    await Promise.all(partsOf(commands).map(part => this.#writePart(part)));
  }

  close(): void {
    this.#engine.close();
  }

  async #writePart(commands: readonly CommandWords[]): Promise<void> {
    const batch = new BatchBuilder();
    for (const [name = '', ...args] of commands) {
      const command = commandNamed(name);
      if (command === undefined) throw new TypeError(`${name} is no command`);
      appendCommand(batch, command, args);
    }
    await this.#replies(id => this.#engine.submit(id, batch));
  }

  async #replies(begin: (id: BatchId) => void): Promise<readonly PlainReply[]> {
    const id = ++this.#lastId;
    const outcome = await new Promise<Outcome>(resolve => {
      this.#waiting.set(id, resolve);
      begin(id);
    });
    const replies = outcome.kind === 'done' ? outcome.replies : [failureReply(outcome)];
    return replies.map(reply => this.#plain(reply));
  }

  /** @throws OperationFailed for an error */
  #plain(reply: Reply): PlainReply {
    if (reply === null || typeof reply !== 'object') return reply;
    if (isArrayReply(reply)) return reply.map(item => this.#plain(item));
    switch (reply.kind) {
      case 'map':
      case 'set':
        return reply.items.map(item => this.#plain(item));
      case 'error':
        throw new OperationFailed(`${this.name}: ${reply.text.replace(/^ERR /, '')}`);
      case 'simple':
      case 'verbatim':
        return reply.text;
      case 'null-array':
        return null;
      case 'double':
      case 'boolean':
        return String(reply.value);
    }
  }
}

/** Commands about one key stay together, in their order. */
function partsOf(commands: readonly CommandWords[]): CommandWords[][] {
  const most = Math.ceil(commands.length / PARALLEL_BATCHES);
  const parts: CommandWords[][] = [];
  let part: CommandWords[] = [];
  for (const words of commands) {
    if (part.length >= most && part.at(-1)?.[1] !== words[1]) {
      parts.push(part);
      part = [];
    }
    part.push(words);
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
