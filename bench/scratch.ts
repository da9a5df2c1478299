/**
 * Folders for what a benchmark writes. None outlives the program, unless it is killed.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Scratch {
  readonly path: string;
  remove(): void;
}

const kept = new Set<string>();

process.on('exit', () => {
  for (const path of kept) removeFolder(path);
});

const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true });

/** `name`: part of the folder's name. */
export function scratchFolder(name: string): Scratch {
  const path = mkdtempSync(join(tmpdir(), `raftkv-bench-${name}-`));
  kept.add(path);
  return {
    path,
    remove() {
      kept.delete(path);
      removeFolder(path);
    },
  };
}
