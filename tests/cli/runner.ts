/**
 * Runs `raftkv` commands against one config and checks how they end.
 *
 * @module
 */
import * as assert from 'uvu/assert';
import { raftkv } from '../helpers/serve.js';

/** `good('client', 'get', '3')` runs `raftkv client CONFIG get 3`. */
export const runner = (config: string) => ({
  /** Must exit 0 with nothing on stderr; answers what it printed. */
  good: (command: string, ...args: readonly string[]): string => {
    const { code, stdout, stderr } = raftkv(command, config, ...args);
    assert.is(code, 0, stderr);
    assert.is(stderr, '');
    return stdout.trimEnd();
  },
  /** Must exit 1 with one line on stderr, which it answers, and nothing on stdout. */
  bad: (command: string, ...args: readonly string[]): string => {
    const { code, stdout, stderr } = raftkv(command, config, ...args);
    assert.is(code, 1, stdout + stderr);
    assert.is(stdout, '');
    assert.is(stderr.trimEnd().split('\n').length, 1, stderr);
    return stderr.trimEnd();
  },
});
