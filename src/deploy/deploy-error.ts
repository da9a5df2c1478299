/**
 * The one error of this folder.
 *
 * @module
 */

export type DeployErrorCode =
  /** The host cannot be reached, does not know us, or is not the host it was. */
  | 'unreachable'
  /** The host answered that it will not: a foreign directory, no Node.js, another deploy at work. */
  | 'refused'
  /** The servers ended, or were not ready or gone in time. */
  | 'not-ready'
  | 'not-stopped'
  /** Something on this machine: a program or a file is missing. */
  | 'local';

/** Thrown when a host could not be brought where it should be; the message says what to do about it. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
  readonly code: DeployErrorCode;

  constructor(code: DeployErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
