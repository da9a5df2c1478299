/**
 * Sizes a client may send. Checked before a command is proposed; the one limit that matters while a command is applied
 * (how large a value may grow) travels in the batch header, so that all replicas decide alike.
 *
 * @module
 */
import { type ErrorReply, error } from './reply.js';

export interface Limits {
  readonly keyBytes: number;
  /** Of one argument that is not a key, and of a string value grown by APPEND, SETRANGE or SETBIT. */
  readonly valueBytes: number;
}

export const DEFAULT_LIMITS: Limits = { keyBytes: 64 * 1024, valueBytes: 8 * 1024 * 1024 };

export function keyTooLong(bytes: number, limits: Limits): ErrorReply {
  return error(`ERR key of ${bytes} bytes exceeds the limit of ${limits.keyBytes} bytes`);
}

export function valueTooLong(bytes: number, limits: Limits): ErrorReply {
  return error(`ERR value of ${bytes} bytes exceeds the limit of ${limits.valueBytes} bytes`);
}
