/**
 * All commands of `raftkv`. A new one is a file of its own and a line here. Only the command that was typed is loaded:
 * `raftkv client` must not wait for the simulator's code.
 *
 * @module
 */
import type { Command } from 'commander';

/** Makes the command; its action throws `OperationFailed` or `InvalidOperation`, or sets `process.exitCode`. */
export type CommandFactory = () => Command;

/** By name, in the order of the help. */
const COMMANDS: ReadonlyMap<string, () => Promise<CommandFactory>> = new Map([
  ['serve', async () => (await import('./serve.js')).serveCommand],
  ['client', async () => (await import('./client.js')).clientCommand],
  ['chaos', async () => (await import('./chaos.js')).chaosCommand],
  ['status', async () => (await import('./status.js')).statusCommand],
  ['deploy', async () => (await import('./deploy.js')).deployCommand],
  ['run', async () => (await import('./run.js')).runCommand],
  ['sim', async () => (await import('./sim.js')).simCommand],
  ['check', async () => (await import('./check.js')).checkCommand],
  ['test', async () => (await import('./test.js')).testCommand],
  ['concurrent-test', async () => (await import('./test.js')).concurrentTestCommand],
  ['bench', async () => (await import('./bench.js')).benchCommand],
  ['inspect', async () => (await import('./inspect.js')).inspectCommand],
  ['repair', async () => (await import('./repair.js')).repairCommand],
  ['backup', async () => (await import('./backup.js')).backupCommand],
  ['restore', async () => (await import('./restore.js')).restoreCommand],
  ['migrate', async () => (await import('./migrate.js')).migrateCommand],
]);

/** The command of this name alone; all of them where there is none, for the help and for the error. */
export async function loadCommands(name: string | undefined): Promise<readonly Command[]> {
  const typed = COMMANDS.get(name ?? '');
  const loads = typed === undefined ? [...COMMANDS.values()] : [typed];
  const factories = await Promise.all(loads.map(load => load()));
  return factories.map(create => create());
}
