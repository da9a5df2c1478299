/**
 * Errors of the driver. The `code` is the contract, across threads and TCP too; the text is for people.
 *
 * @module
 */
export type NodeErrorCode =
  /** Bytes from a link that are no message. */
  | 'malformed-message'
  /** An option that makes no sense. */
  | 'invalid-option'
  /** The core, or what it asked for, contradicts itself: the replica must not go on. */
  | 'core-failed'
  /** The disk lost trust: a write or a sync failed for another reason than lack of space. */
  | 'disk-io';

export class NodeError extends Error {
  override readonly name = 'NodeError';
  readonly code: NodeErrorCode;

  constructor(code: NodeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
