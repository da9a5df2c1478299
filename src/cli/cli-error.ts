/**
 * How a command ends: exit codes, and the two errors that choose them.
 *
 * @module
 */

export const EXIT_OK = 0;
/** The operation, or an expectation, failed. */
export const EXIT_FAILED = 1;
/** The command line, or a line of the command language, is wrong; nothing was changed. */
export const EXIT_USAGE = 2;

/** Thrown when the operation failed: one clear line, exit 1. */
export class OperationFailed extends Error {
  override readonly name = 'OperationFailed';
  readonly code = 'operation-failed';
}

/** Thrown for what the user typed: `Invalid operation` and the usage, exit 2. */
export class InvalidOperation extends Error {
  override readonly name = 'InvalidOperation';
  readonly code = 'invalid-operation';
}
