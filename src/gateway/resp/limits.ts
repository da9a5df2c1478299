/**
 * How much of a client's bytes the parser holds before it gives up on the connection.
 *
 * @module
 */

export interface ParserLimits {
  /** Longest single argument, in bytes. */
  readonly bulkBytes: number;
  /** Longest command: the sum of its arguments, each counted with `ARGUMENT_OVERHEAD_BYTES`. */
  readonly frameBytes: number;
  /** Most arguments of one command, its name included. */
  readonly arguments: number;
  /** Longest inline command, in bytes. */
  readonly inlineBytes: number;
}

/** What an argument costs beside its bytes, so that a million empty ones are not free. */
export const ARGUMENT_OVERHEAD_BYTES = 16;

export const DEFAULT_PARSER_LIMITS: ParserLimits = {
  bulkBytes: 8 * 1024 * 1024,
  frameBytes: 32 * 1024 * 1024,
  arguments: 1024 * 1024,
  inlineBytes: 64 * 1024,
};

/** For who has not given the password yet: enough for AUTH and HELLO, as in Redis. */
export const UNAUTHENTICATED_PARSER_LIMITS: ParserLimits = {
  bulkBytes: 16 * 1024,
  frameBytes: 64 * 1024,
  arguments: 10,
  inlineBytes: 16 * 1024,
};
