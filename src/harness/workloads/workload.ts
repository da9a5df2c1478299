/**
 * A workload: what clients call, and how each call is made over a connection.
 *
 * @module
 */
import type { ClientArgument, ClientConnection, ClientReply } from '../../client/index.js';
import { plain } from '../../client/index.js';
import type { Operation, OperationOutput } from '../history.js';
import type { KeySpace } from '../key-space.js';
import type { LoadRandom } from '../random.js';

/** What a call came to. `failed`: it certainly had no effect. */
export type CallOutcome =
  | { readonly kind: 'ok'; readonly output?: OperationOutput }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'unknown'; readonly error: string };

export interface Call {
  readonly op: string;
  readonly key: string;
  readonly value?: Exclude<Operation['value'], undefined>;
  /** Never rejects. */
  perform(connection: ClientConnection): Promise<CallOutcome>;
}

/** What a workload draws its calls from. */
export interface Draw {
  readonly random: LoadRandom;
  readonly keys: KeySpace;
  /** Text no other call of the run has. */
  readonly token: string;
  /** Share of reads, 0–1. */
  readonly readShare: number;
  readonly valueBytes: number;
  /** How compare-and-set is done: one command, or WATCH, GET, MULTI, SET, EXEC. */
  readonly swap: 'ifeq' | 'watch';
}

export interface Workload {
  readonly name: string;
  next(draw: Draw): Call;
  /** Reads the whole of one key, for the end of a run. */
  finalRead(key: string): Call;
}

/** Sends one command; its plain reply goes through `outputOf`. */
export async function ask(
  connection: ClientConnection,
  args: readonly ClientArgument[],
  outputOf: (reply: ReturnType<typeof plain>) => OperationOutput,
): Promise<CallOutcome> {
  const outcome = await connection.execute(args);
  if (outcome.kind === 'ok') return { kind: 'ok', output: outputOf(plain(outcome.reply)) };
  return { kind: outcome.kind, error: errorWord(outcome.error) };
}

const errorWord = (error: { readonly code: string; readonly replyCode: string | null }): string =>
  error.replyCode ?? error.code;

/** Either the reply, or why the call as a whole had no effect: for the steps before anything is changed. */
export async function prepare(
  connection: ClientConnection,
  args: readonly ClientArgument[],
): Promise<{ readonly reply: ClientReply } | { readonly refused: CallOutcome }> {
  const outcome = await connection.execute(args);
  if (outcome.kind === 'ok') return { reply: outcome.reply };
  return { refused: { kind: 'failed', error: errorWord(outcome.error) } };
}

/**
 * Runs the commands as one transaction. Resolves with the replies, null when a watched key had changed.
 */
export async function transact(
  connection: ClientConnection,
  commands: readonly (readonly ClientArgument[])[],
): Promise<CallOutcome | { readonly kind: 'done'; readonly replies: readonly ClientReply[] | null }> {
  // Its answer comes first: commands sent after a refused MULTI would be executed one by one.
  const opened = await prepare(connection, ['MULTI']);
  if ('refused' in opened) return opened.refused;
  const queued = commands.map(command => connection.execute(command));
  const executed = await connection.execute(['EXEC']);
  await Promise.all(queued);
  if (executed.kind !== 'ok') return { kind: executed.kind, error: errorWord(executed.error) };
  const { reply } = executed;
  if (reply.kind === 'array') return { kind: 'done', replies: reply.items };
  return { kind: 'done', replies: null };
}

export const stringOrNull = (reply: ReturnType<typeof plain>): OperationOutput =>
  reply === null ? null : String(reply);

export const strings = (reply: ReturnType<typeof plain>): readonly string[] =>
  Array.isArray(reply) ? reply.map(String) : [];

export const CONFLICT: CallOutcome = { kind: 'failed', error: 'conflict' };
