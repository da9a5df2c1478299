/**
 * The two archives a host may need, made with the system's `tar`.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ConfigFiles } from './config-files.js';
import { DeployError } from './deploy-error.js';
import type { ProgramFiles } from './program-files.js';
import { runProgram } from './run-program.js';

export const PROGRAM_ARCHIVE = 'program.tar.gz';
const CONFIG_ARCHIVE = 'config.tar.gz';

/** Archives in a folder that only this user can read. */
export class Packer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'raftkv-deploy-'));
  #program: Promise<string> | null = null;
  #config: Promise<string> | null = null;

  /** Path of the archive; made at the first call. @throws DeployError `local` */
  program(program: ProgramFiles): Promise<string> {
    this.#program ??= packProgram(program, join(this.#folder, PROGRAM_ARCHIVE));
    return this.#program;
  }

  /** @throws DeployError `local` */
  config(config: ConfigFiles): Promise<string> {
    this.#config ??= this.#packConfig(config);
    return this.#config;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #packConfig({ files }: ConfigFiles): Promise<string> {
    const staging = join(this.#folder, 'config');
    for (const [name, content] of files) {
      mkdirSync(dirname(join(staging, name)), { recursive: true, mode: 0o700 });
      writeFileSync(join(staging, name), content, { mode: 0o600 });
    }
    const archive = join(this.#folder, CONFIG_ARCHIVE);
    await tar(archive, staging, [...files.keys()]);
    return archive;
  }
}

export async function packProgram({ base, files }: ProgramFiles, archive: string): Promise<string> {
  await tar(archive, base, files);
  return archive;
}

/** Names are relative to `base` and may hold any character. */
async function tar(archive: string, base: string, names: readonly string[]): Promise<void> {
  const list = names.map(name => `./${name}\0`).join('');
  const args = ['-czf', archive, '-C', base, '--null', '-T', '-'];
  const { exitCode, stderr } = await runProgram('tar', args, list);
  if (exitCode !== 0) throw new DeployError('local', `tar failed: ${stderr.trim()}`);
}
