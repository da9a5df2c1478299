/**
 * Encodes commands for the wire.
 *
 * @module
 */
import { ClientError } from './client-error.js';
import type { TextEncoding } from './reply-parser.js';

/** Text in the client's encoding, or bytes as they are. */
export type ClientArgument = string | number | bigint | Uint8Array;

/** One command as a RESP array of bulk strings. */
export function encodeRequest(args: readonly ClientArgument[], encoding: TextEncoding): Buffer {
  if (args.length === 0) throw new ClientError('bad-argument', 'a command needs a name');
  const parts: Uint8Array[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = arg instanceof Uint8Array ? arg : Buffer.from(String(arg), encoding);
    parts.push(Buffer.from(`$${bytes.byteLength}\r\n`), bytes, CRLF);
  }
  return Buffer.concat(parts);
}

const CRLF = Buffer.from('\r\n');
