/**
 * Builds an earlier commit of this project into a folder of its own, as far as `raftkv serve` needs it.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratchFolder } from './scratch.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');
const BUILD_WITHIN_MS = 120_000;

interface EarlierBuild {
  readonly commit: string;
  /** Its output folder. */
  readonly folder: string;
  remove(): void;
}

/** Why there is nothing to compare with; not a failure. */
export class NoEarlierBuild extends Error {
  override readonly name = 'NoEarlierBuild';
}

/** The commit before the work at hand: `HEAD` when something has been changed since, else its parent. */
export function commitBefore(): string {
  const changed = git(['status', '--porcelain', '--untracked-files=no']);
  return changed === '' ? 'HEAD^' : 'HEAD';
}

/** @throws NoEarlierBuild when there is no such commit (a shallow clone, the first one), or it does not build here */
export function buildEarlier(reference: string): EarlierBuild {
  const commit = git(['rev-parse', '--verify', '--quiet', `${reference}^{commit}`]);
  if (commit === null || commit === '') throw new NoEarlierBuild(`there is no commit ${reference} here`);
  const { path: root, remove } = scratchFolder('earlier');
  try {
    execFileSync('sh', ['-c', 'git archive --format=tar "$0" | tar -x -C "$1"', commit, root], { cwd: ROOT });
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    compile(root);
    return { commit: commit.slice(0, 12), folder: join(root, 'dist'), remove };
  } catch (error) {
    remove();
    throw new NoEarlierBuild(`${commit.slice(0, 12)} does not build here: ${firstLine(error)}`);
  }
}

/** Its types were checked when it was committed: only the output is wanted. */
function compile(root: string): void {
  const config = {
    extends: './tsconfig.json',
    compilerOptions: { noCheck: true, declaration: false, sourceMap: false, incremental: false },
    include: ['src', 'workers'],
  };
  const file = join(root, 'tsconfig.earlier.json');
  writeFileSync(file, JSON.stringify(config));
  mkdirSync(join(root, 'dist'), { recursive: true });
  execFileSync(process.execPath, [COMPILER, '-p', file], { cwd: root, timeout: BUILD_WITHIN_MS });
}

/** Null: it failed. */
function git(args: readonly string[]): string | null {
  try {
    return execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
