/**
 * Reads the gateway does for itself: versions for WATCH, the number of keys for INFO.
 *
 * @module
 */
import type { CommandArguments, Outcome, ReadConsistency } from '../engine/engine.js';
import { failureReply, refusal } from '../engine/outcome-replies.js';
import type { Reply } from '../kv/reply.js';
import type { Batches, Submitter } from './batches.js';
import type { CommandTable } from './commands/gateway-command.js';
import { Segment } from './segment.js';

/** One reply for each command; errors of the store are replies too. */
export function runRead(
  batches: Batches,
  table: CommandTable,
  commands: readonly CommandArguments[],
  consistency: ReadConsistency,
): Promise<readonly Reply[]> {
  const segment = new Segment();
  for (const args of commands) {
    const entry = table.find(args[0] ?? '');
    if (entry?.kind !== 'store') throw new TypeError(`${args[0]} is no command of the store`);
    segment.add(entry.command, args, 0);
  }
  return new Promise(resolve => {
    const answerAll = (reply: Reply) => resolve(commands.map(() => reply));
    const submitter: Submitter = {
      segment,
      consistency,
      settle: (outcome: Outcome, first: number) => {
        if (outcome.kind === 'done') resolve(outcome.replies.slice(first, first + commands.length));
        else answerAll(failureReply(outcome));
      },
    };
    if (!batches.submit(submitter)) answerAll(refusal('overloaded', 'too much is in flight; not executed'));
  });
}
