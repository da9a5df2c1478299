/**
 * Errors of the client, each of them certain or not.
 *
 * @module
 */

/**
 * - `refused`, `unreachable`, `not-connected`: the command was never sent.
 * - `untrusted`: nor was it here; the server's certificate, or ours, was not accepted.
 * - `timeout`, `closed`, `protocol`: it was sent and nothing is known of it.
 * - `bad-argument`: the client itself refused it.
 * - `reply`: the server answered with an error; `replyCode` is its first word.
 */
export type ClientErrorCode =
  | 'refused'
  | 'unreachable'
  | 'untrusted'
  | 'not-connected'
  | 'timeout'
  | 'closed'
  | 'protocol'
  | 'bad-argument'
  | 'reply';

const NEVER_SENT: ReadonlySet<ClientErrorCode> = new Set([
  'refused',
  'unreachable',
  'untrusted',
  'not-connected',
  'bad-argument',
]);

/** Error words by which a server says that it does not know the outcome. All others: certainly not executed. */
const UNKNOWN_OUTCOMES: ReadonlySet<string> = new Set(['TIMEOUT', 'UNKNOWN']);

/** Thrown when a command has no reply, or an error for a reply. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /** First word of the server's error, such as `CLUSTERDOWN`; null unless `code` is `reply`. */
  readonly replyCode: string | null;
  /** True: the command certainly had no effect. False: it may have had, or may have one later. */
  readonly certain: boolean;

  constructor(code: ClientErrorCode, message: string) {
    super(message);
    this.code = code;
    this.replyCode = code === 'reply' ? (message.split(' ', 1)[0] ?? '') : null;
    this.certain = this.replyCode === null ? NEVER_SENT.has(code) : !UNKNOWN_OUTCOMES.has(this.replyCode);
  }
}
