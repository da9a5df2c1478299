/**
 * `raftkv status`: how a running cluster is.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { statusText } from '../chaos/status-text.js';
import { plain } from '../client/index.js';
import { CONFIG_ARGUMENT_HELP, configOf } from './arguments.js';
import { withCluster } from './connection.js';
import { engineText, isClusterStatus, parseStatus } from './gateway-status.js';
import { print, printJson } from './terminal.js';

interface StatusFlags {
  readonly json?: true;
  readonly watch?: true;
}

const WATCH_INTERVAL_MS = 1000;

export const statusCommand = (): Command =>
  new Command('status')
    .description('Show how a running cluster is.')
    .argument('[config]', CONFIG_ARGUMENT_HELP)
    .option('--json', 'print JSON, one object a line')
    .option('--watch', 'again every second until interrupted')
    .action(run);

const run = async (path: string | undefined, flags: StatusFlags): Promise<void> => {
  const { config } = configOf(path);
  for (;;) {
    const reply = await withCluster(config, ask => ask(['RAFT', 'STATUS']));
    const status = parseStatus(String(plain(reply)));
    const text = isClusterStatus(status) ? statusText(status) : engineText(status);
    if (flags.json) printJson(status);
    else print(`${text}${flags.watch ? '\n' : ''}`);
    if (!flags.watch) return;
    await sleep(WATCH_INTERVAL_MS);
  }
};
