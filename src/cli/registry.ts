/**
 * All commands of `raftkv`. A new one is a file of its own and a line here.
 *
 * @module
 */
import type { Command } from 'commander';
import { backupCommand } from './backup.js';
import { chaosCommand } from './chaos.js';
import { checkCommand } from './check.js';
import { clientCommand } from './client.js';
import { inspectCommand } from './inspect.js';
import { repairCommand } from './repair.js';
import { restoreCommand } from './restore.js';
import { runCommand } from './run.js';
import { serveCommand } from './serve.js';
import { simCommand } from './sim.js';
import { statusCommand } from './status.js';
import { concurrentTestCommand, testCommand } from './test.js';

/** Makes the command; its action throws `OperationFailed` or `InvalidOperation`, or sets `process.exitCode`. */
export type CommandFactory = () => Command;

export const COMMAND_FACTORIES: readonly CommandFactory[] = [
  serveCommand,
  clientCommand,
  chaosCommand,
  statusCommand,
  runCommand,
  simCommand,
  checkCommand,
  testCommand,
  concurrentTestCommand,
  inspectCommand,
  repairCommand,
  backupCommand,
  restoreCommand,
];
