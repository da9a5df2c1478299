/**
 * `raftkv check`: is a recorded history linearizable?
 *
 * @module
 */
import { Command } from 'commander';
import { type CheckResult, HistoryError, ModelError, type Violation } from '../harness/check.js';
import { checkHistoryFile } from '../harness/check-file.js';
import { drawOperations } from '../harness/picture.js';
import { wholeNumber } from './arguments.js';
import { EXIT_FAILED, EXIT_USAGE } from './cli-error.js';
import { progressLine, SILENT } from './progress-line.js';
import { print, printError, printJson } from './terminal.js';

interface CheckFlags {
  readonly json?: true;
  readonly threads?: number;
}

/** Violations printed with their operations; of more only the number is said. */
const MAX_SHOWN = 5;

export const checkCommand = (): Command =>
  new Command('check')
    .description('Tell whether a recorded history is linearizable: exit 0 yes, 1 no, 2 the file is unusable.')
    .argument('<history>', 'file of JSON lines, one operation each')
    .option('--json', 'print JSON')
    .option('--threads <count>', 'default: one a processor', wholeNumber(1, 64))
    .action(run);

const run = async (path: string, flags: CheckFlags): Promise<void> => {
  const startedAt = performance.now();
  const progress = process.stderr.isTTY && !flags.json ? progressLine(process.stderr) : SILENT;
  const cancelling = new AbortController();
  const cancel = (): void => cancelling.abort();
  process.once('SIGINT', cancel);
  try {
    const result = await checkHistoryFile(path, {
      ...(flags.threads === undefined ? {} : { threads: flags.threads }),
      signal: cancelling.signal,
      onProgress: ({ decided, keys, operations }) =>
        progress.update(
          keys === 0 ? null : decided / keys,
          `${operations} operations, ${decided}/${keys} keys`,
        ),
    });
    progress.end();
    show(path, result, performance.now() - startedAt, flags);
  } catch (error) {
    progress.end();
    unusable(path, error, flags);
  } finally {
    process.off('SIGINT', cancel);
  }
};

const show = (path: string, result: CheckResult, elapsedMs: number, flags: CheckFlags): void => {
  if (result.operations === 0 && result.verdict === 'linearizable') {
    unusable(path, new HistoryError(1, 'there are no operations in this file'), flags);
    return;
  }
  if (flags.json) printJson({ history: path, ...result, elapsedMs: Math.round(elapsedMs) });
  else print(verdictText(path, result, elapsedMs));
  if (result.verdict === 'not-linearizable') process.exitCode = EXIT_FAILED;
  if (result.verdict === 'undecided') process.exitCode = EXIT_USAGE;
};

const verdictText = (path: string, result: CheckResult, elapsedMs: number): string => {
  const counts = `${result.operations} operations, ${result.keys} keys, ${(elapsedMs / 1000).toFixed(2)} s`;
  switch (result.verdict) {
    case 'linearizable':
      return `${path}: linearizable (${counts})`;
    case 'undecided':
      return `${path}: undecided (${counts}): no answer for ${result.undecidedKeys.slice(0, 10).join(', ')}`;
    case 'not-linearizable': {
      const shown = result.violations.slice(0, MAX_SHOWN).map(violationText);
      const more = result.violations.length - shown.length;
      const rest = more > 0 ? [`and ${more} more keys`] : [];
      return [`${path}: NOT linearizable (${counts})`, ...shown, ...rest].join('\n\n');
    }
  }
};

export const violationText = ({ explanation, operations }: Violation): string =>
  `${explanation}\n\n${drawOperations(operations, { width: Math.min(160, process.stdout.columns ?? 110) })}`;

/** A damaged line, an operation nobody knows, a file that cannot be read. */
const unusable = (path: string, error: unknown, flags: CheckFlags): void => {
  const known = error instanceof HistoryError || error instanceof ModelError || isFileError(error);
  if (!known) throw error;
  const line = error instanceof HistoryError ? error.line : null;
  const message = isFileError(error) ? (FILE_ERRORS[error.code ?? ''] ?? error.message) : error.message;
  if (flags.json) printJson({ history: path, verdict: 'unusable', line, message });
  printError(`raftkv: ${path}: ${message}`);
  process.exitCode = EXIT_USAGE;
};

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a directory',
  EACCES: 'it may not be read',
};

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error;
