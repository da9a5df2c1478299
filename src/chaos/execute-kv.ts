/**
 * Runs KV commands, as the Redis commands they stand for.
 *
 * @module
 */
import type { KvResult } from '../runtime/control.js';
import type { KvAction } from './action.js';

/** Name first, latin1. `cas` is SET with the IFEQ condition of Valkey 8.1 and Redis 8.4. */
export const kvArguments = (action: KvAction): readonly string[] => {
  switch (action.kind) {
    case 'put':
      return ['SET', action.key, action.value];
    case 'get':
      return ['GET', action.key];
    case 'del':
      return ['DEL', action.key];
    case 'cas':
      return ['SET', action.key, action.new, 'IFEQ', action.old];
    case 'incr':
      return ['INCR', action.key];
    case 'scan':
      return ['KEYS', `${action.prefix.replace(/[\\*?[\]]/g, '\\$&')}*`];
  }
};

/** Thrown when the store did not do what it was asked. */
export class KvFailure extends Error {
  override readonly name = 'KvFailure';
  readonly code: 'unknown' | 'kv-refused';

  constructor(result: KvResult) {
    super(result.unknown ? `outcome unknown: ${result.text}` : result.text);
    this.code = result.unknown ? 'unknown' : 'kv-refused';
  }
}
