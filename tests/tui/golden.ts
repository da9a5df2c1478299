/**
 * Comparison with files kept beside the tests. `UPDATE_GOLDENS=1` writes them anew: look at the difference in git.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';

const ROOT = new URL('../../../', import.meta.url);

export function repositoryFile(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}

/** `path` is relative to the repository. */
export function assertGolden(path: string, actual: string): void {
  const file = repositoryFile(path);
  if (process.env.UPDATE_GOLDENS === '1') writeFileSync(file, actual);
  assert.fixture(actual, readFileSync(file, 'utf8'), `${path} (UPDATE_GOLDENS=1 writes it anew)`);
}
