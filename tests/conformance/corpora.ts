/**
 * Where recorded cases are looked for when no folder is named: beside the repository, not in it.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CORPORA = 'shared/conformance';

/** Folders directly under `folder`, as names. */
export function subfoldersOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort();
}

function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('no package.json above the tests');
    folder = parent;
  }
  return folder;
}

/** Every folder of recorded cases beside the repository; none if there is nothing. */
export function findCorpora(): readonly string[] {
  const home = join(dirname(repositoryRoot()), CORPORA);
  if (!existsSync(home)) return [];
  return subfoldersOf(home).map(name => join(home, name));
}
