/**
 * The one error of this folder.
 *
 * @module
 */

export type EtcdClusterErrorCode =
  /** The program `etcd` is not on this machine, or cannot be run. */
  | 'no-etcd'
  /** What was asked for is nothing etcd can do. */
  | 'bad-options'
  /** The directory holds something else, or a cluster of another size. */
  | 'wrong-directory'
  | 'member-ended';

/** Thrown when etcd's members cannot be started; the message says what to do about it. */
export class EtcdClusterError extends Error {
  override readonly name = 'EtcdClusterError';
  readonly code: EtcdClusterErrorCode;

  constructor(code: EtcdClusterErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
