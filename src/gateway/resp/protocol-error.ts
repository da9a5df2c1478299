/**
 * A stream of bytes that is not RESP, or is more than the limits allow.
 *
 * @module
 */

/** Thrown when the bytes of a connection cannot be followed any further; the connection has to be closed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code = 'protocol-error';
  /** @param detail what was wrong, without the `Protocol error: ` in front */
  constructor(detail: string) {
    super(`Protocol error: ${detail}`);
  }
}

/** One byte as it may be shown in an error: printable, or as `\xHH`. */
export function showByte(character: string): string {
  const byte = character.charCodeAt(0);
  return byte >= 0x20 && byte < 0x7f ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
}
