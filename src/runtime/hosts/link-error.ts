/**
 * Why a host link is refused or ended.
 *
 * @module
 */

export type LinkErrorCode =
  /** What arrives is no host link, or breaks its rules. */
  | 'garbage'
  | 'frame-too-long'
  | 'version-skew'
  /** It does not know the secret, or its certificate is not that of the host it says it is. */
  | 'wrong-secret'
  | 'wrong-certificate'
  | 'wrong-cluster'
  /** Its config lays the cluster out in another way. */
  | 'other-config'
  | 'unknown-host'
  /** Another process is this host already. */
  | 'host-claimed'
  /** Two hosts say that they run the same node. */
  | 'node-claimed'
  /** Nothing came for too long. */
  | 'silent'
  | 'unreachable';

const CODES: ReadonlySet<string> = new Set<LinkErrorCode>([
  'garbage',
  'frame-too-long',
  'version-skew',
  'wrong-secret',
  'wrong-certificate',
  'wrong-cluster',
  'other-config',
  'unknown-host',
  'host-claimed',
  'node-claimed',
  'silent',
  'unreachable',
]);

export const isLinkErrorCode = (code: string): code is LinkErrorCode => CODES.has(code);

export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly code: LinkErrorCode;
  constructor(code: LinkErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
