/**
 * Runs the program and turns whatever is thrown into one line and an exit code.
 *
 * @module
 */
import { type Command, CommanderError } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, InvalidOperation } from './cli-error.js';
import { printError } from './terminal.js';

/** Every command takes `--verbose`, and throws where commander would end the process. */
const prepare = (command: Command): void => {
  command.option('--verbose', 'show stack traces of errors');
  command.exitOverride();
  command.showHelpAfterError(false);
  command.configureOutput({ outputError: () => undefined });
  for (const child of command.commands) prepare(child);
};

/** Answers the exit code. */
export const runProgram = async (program: Command, argv: readonly string[]): Promise<number> => {
  prepare(program);
  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? EXIT_OK);
  } catch (error) {
    return report(error, program, argv);
  }
};

const report = (error: unknown, program: Command, argv: readonly string[]): number => {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT_OK;
  if (argv.includes('--verbose') && error instanceof Error) printError(error.stack ?? '');
  const isUsage = error instanceof CommanderError || error instanceof InvalidOperation;
  if (isUsage) {
    // Commander, asked for nothing, throws with its help as the message.
    const isHelp = error instanceof CommanderError && error.code === 'commander.help';
    const detail = isHelp ? '' : `: ${error.message.replace(/^error: /, '')}`;
    printError(`Invalid operation${detail}`);
    printError(usageOf(commandMeant(program, argv)));
    return EXIT_USAGE;
  }
  printError(`raftkv: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof ConfigError ? EXIT_USAGE : EXIT_FAILED;
};

const usageOf = (command: Command): string => command.helpInformation();

/** The command whose usage helps: as far down as the words typed name one. */
const commandMeant = (program: Command, argv: readonly string[]): Command => {
  const word = argv.slice(2).find(argument => !argument.startsWith('-'));
  return program.commands.find(command => command.name() === word) ?? program;
};
