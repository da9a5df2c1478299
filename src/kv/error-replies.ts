/**
 * Error texts of Redis 7, byte for byte: clients match on them.
 *
 * @module
 */
import { type ErrorReply, error } from './reply.js';

export const WRONG_TYPE = error('WRONGTYPE Operation against a key holding the wrong kind of value');
export const SYNTAX_ERROR = error('ERR syntax error');
export const NOT_AN_INTEGER = error('ERR value is not an integer or out of range');
export const NOT_A_FLOAT = error('ERR value is not a valid float');
export const HASH_VALUE_NOT_AN_INTEGER = error('ERR hash value is not an integer');
export const INCREMENT_OVERFLOW = error('ERR increment or decrement would overflow');
export const DECREMENT_OVERFLOW = error('ERR decrement would overflow');
export const INCREMENT_NOT_FINITE = error('ERR increment would produce NaN or Infinity');
export const NO_SUCH_KEY = error('ERR no such key');
export const NOT_POSITIVE = error('ERR value is out of range, must be positive');
export const OFFSET_OUT_OF_RANGE = error('ERR offset is out of range');
export const BIT_OFFSET_INVALID = error('ERR bit offset is not an integer or out of range');
export const BIT_VALUE_INVALID = error('ERR bit is not an integer or out of range');
export const STRING_TOO_LONG = error('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
export const INVALID_CURSOR = error('ERR invalid cursor');
export const DB_OUT_OF_RANGE = error('ERR DB index is out of range');
/** Redis's word for its own limit is `maxmemory`; here it is the config's `data_limit_mb`. Certainly not executed. */
export const DATA_FULL = error(
  "OOM command not allowed: the data has reached its limit ('data_limit_mb'), delete keys first",
);
export const SAME_OBJECT = error('ERR source and destination objects are the same');

/** `name` as the client sees it in Redis: lower case. */
export function wrongArity(name: string): ErrorReply {
  return error(`ERR wrong number of arguments for '${name}' command`);
}

export function invalidExpireTime(name: string): ErrorReply {
  return error(`ERR invalid expire time in '${name}' command`);
}

export function unknownSubcommand(command: string, subcommand: string): ErrorReply {
  const shown = subcommand.slice(0, 128);
  return error(`ERR unknown subcommand '${shown}'. Try ${command.toUpperCase()} HELP.`);
}

/** As Redis words it: the name and the first arguments, each cut at 128 bytes in all. */
export function unknownCommand(name: string, args: readonly string[]): ErrorReply {
  let shown = '';
  for (const arg of args) {
    if (shown.length >= 128) break;
    shown += `'${arg.slice(0, 128 - shown.length)}' `;
  }
  return error(`ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${shown}`);
}
