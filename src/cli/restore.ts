/**
 * `raftkv restore FILE --data DIR`: a new cluster from a backup.
 *
 * @module
 */
import { Command } from 'commander';
import { restoreBackup } from '../runtime/restore-backup.js';
import { wholeNumber } from './arguments.js';
import { print, printJson } from './terminal.js';

interface RestoreFlags {
  readonly data: string;
  readonly nodes?: number;
  readonly json?: true;
}

export const restoreCommand = (): Command =>
  new Command('restore')
    .description('Make the data directory of a new cluster from a backup; then start it with `raftkv serve`.')
    .argument('<file>', 'what `raftkv backup` wrote')
    .requiredOption('--data <directory>', 'data directory to make; it must be new or empty')
    .option('--nodes <count>', 'number of nodes (default: as many as were backed up)', wholeNumber(1, 255))
    .option('--json', 'print JSON')
    .action(run);

const run = async (file: string, flags: RestoreFlags): Promise<void> => {
  const { backup, nodes, keys } = await restoreBackup(file, flags.data, flags.nodes ?? null);
  if (flags.json) {
    printJson({ data: flags.data, nodes, keys, backup });
    return;
  }
  const taken = new Date(backup.takenAtMs).toISOString();
  print(
    `${flags.data}: ${nodes} nodes with ${keys} keys, as of entry ${backup.index} (taken ${taken});\n` +
      `start them with: raftkv serve --nodes ${nodes} --data ${flags.data}`,
  );
};
