/**
 * The core's own assertion: stays on in production and imports nothing of the platform.
 *
 * @module
 */
import { RaftError } from './errors.js';

/**
 * @param message what was expected, as a constant: nothing is formatted unless the assertion fails
 * @throws RaftError `invariant-violated`
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RaftError('invariant-violated', message);
}
