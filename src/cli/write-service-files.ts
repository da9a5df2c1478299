/**
 * Writes systemd units and container files for those who start servers by other means than `raftkv deploy`.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { collectConfig } from '../deploy/config-files.js';
import { containerFiles } from '../deploy/container-files.js';
import type { DeployTarget } from '../deploy/deployment.js';
import { PROGRAM_ARCHIVE, packProgram } from '../deploy/pack.js';
import { collectProgram } from '../deploy/program-files.js';
import { systemdUnit, unitNameOf } from '../deploy/systemd-units.js';
import { InvalidOperation } from './cli-error.js';
import { print } from './terminal.js';

const USUAL_NODE = '/usr/bin/node';

/** One unit a host, over what `raftkv deploy --no-start` installs. */
export const writeSystemd = (target: DeployTarget, folder: string): void => {
  const { config, hosts, directory, access } = target;
  const node = target.node === 'node' ? USUAL_NODE : target.node;
  if (!isAbsolute(directory)) {
    throw new InvalidOperation(`--write-systemd: expected an absolute --dir, found ${directory}`);
  }
  if (!isAbsolute(node))
    throw new InvalidOperation(`--write-systemd: expected an absolute --node, found ${node}`);
  const { entry } = collectProgram();
  mkdirSync(folder, { recursive: true });
  for (const host of hosts) {
    const file = join(folder, unitNameOf(host));
    const options = { config, host, directory: directory.replaceAll('%h', host), node, entry };
    writeFileSync(file, systemdUnit({ ...options, user: access.user }));
    print(file);
  }
};

/** A folder to build an image in: the program, the config with the files it names, a Dockerfile, a compose file. */
export const writeContainer = async (target: DeployTarget, folder: string): Promise<void> => {
  const program = collectProgram();
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string | Buffer, mode: number): void => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
    print(file);
  };
  print(await packProgram(program, join(folder, PROGRAM_ARCHIVE)));
  for (const [name, content] of collectConfig(target.configFile).files)
    write(`config/${name}`, content, 0o600);
  for (const [name, text] of containerFiles(target.config, program.entry)) write(name, text, 0o644);
};
