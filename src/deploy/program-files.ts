/**
 * What a host needs to run this very program: its own files, and those of every package it uses at run time, as they are
 * on this machine. No registry is asked, so what runs there is what was tried here.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { shippedFile } from '../config/load-config.js';
import { DeployError } from './deploy-error.js';

export interface ProgramFiles {
  /** Folder the file names are relative to. */
  readonly base: string;
  /** Sorted; relative, so that packages find each other in the same places. */
  readonly files: readonly string[];
  /** Of the command line program, relative to `base`. */
  readonly entry: string;
  /** Version and a hash over all names and contents: equal names are equal programs. */
  readonly name: string;
}

interface PackageManifest {
  readonly name?: string;
  readonly version?: string;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A server needs no terminal UI: most files would be of it and of what it is drawn with. */
const TERMINAL_FOLDER = 'dist/tui';
const TERMINAL_PACKAGES: ReadonlySet<string> = new Set(['ink', 'react']);

/** Needed to build or to read, not to run. */
const LEFT_OUT = /\.(map|md|markdown|d\.[cm]?ts)$|(^|\/)(\.bin|\.package-lock\.json)$/;

/** @throws DeployError `local` when a package is missing */
export function collectProgram(): ProgramFiles {
  const root = dirname(realpathSync(shippedFile('package.json')));
  const manifest = readManifest(root);
  const build = buildFolder(root);
  const roots = (manifest.files ?? [])
    .filter(path => path !== TERMINAL_FOLDER)
    .map(path => path.replace(/^dist\//, `${build}/`));
  const own = ['package.json', 'package-lock.json', 'LICENSE', ...roots];
  const base = baseOf(root);
  const ownFiles = own.flatMap(path => filesUnder(join(root, path)));
  const packages = packagesUsed(root);
  const paths = [...ownFiles, ...packages.flatMap(folder => filesUnder(folder))].map(path =>
    relativeTo(base, path),
  );
  const files = [...new Set(paths)].filter(path => !LEFT_OUT.test(path)).sort();
  const entry = relativeTo(base, join(root, build, 'src/cli/main.js'));
  const name = `${manifest.version ?? '0'}-${hashOf(base, files).slice(0, 12)}`;
  return { base, files, entry, name };
}

const readManifest = (folder: string): PackageManifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;

/** The folder of the package this module was compiled to: what runs here is what is packed. */
function buildFolder(root: string): string {
  const [folder] = relative(root, realpathSync(import.meta.dirname)).split(sep);
  return folder ?? 'dist';
}

/** A package installed in another project shares that project's packages: the layout is kept from there on. */
function baseOf(root: string): string {
  const at = `${root}${sep}`.indexOf(`${sep}node_modules${sep}`);
  return at < 0 ? root : root.slice(0, at);
}

/** Folders of all packages that are used at run time, directly or not. */
function packagesUsed(root: string): readonly string[] {
  const found = new Set<string>();
  const visit = (folder: string): void => {
    const { dependencies = {}, optionalDependencies = {} } = readManifest(folder);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (folder === root && TERMINAL_PACKAGES.has(name)) continue;
      const used = findPackage(folder, name);
      if (used === null && !(name in optionalDependencies)) {
        throw new DeployError(
          'local',
          `package ${name}, which ${folder} needs, is not installed: run npm ci`,
        );
      }
      if (used === null || found.has(used)) continue;
      found.add(used);
      visit(used);
    }
  };
  visit(root);
  return [...found];
}

/** Where Node.js would find it from `folder`. */
function findPackage(folder: string, name: string): string | null {
  for (let place = folder; ; place = dirname(place)) {
    const candidate = join(place, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (dirname(place) === place) return null;
  }
}

/** Absolute paths; packages inside packages are found on their own. */
function filesUnder(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter(name => name !== 'node_modules')
    .flatMap(name => filesUnder(join(path, name)));
}

/** @throws DeployError for a package that is linked in from elsewhere */
function relativeTo(base: string, path: string): string {
  const name = relative(base, path).split(sep).join('/');
  if (name.startsWith('../')) {
    throw new DeployError('local', `${path} lies outside ${base}: install the program with npm ci`);
  }
  return name;
}

function hashOf(base: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(base, file)))
      .update('\0');
  }
  return hash.digest('hex');
}
