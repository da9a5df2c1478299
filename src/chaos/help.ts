/**
 * Help for people, from the command table.
 *
 * @module
 */
import { COMMAND_GROUPS } from './command-spec.js';
import { COMMAND_NAMES, COMMANDS, type CommandName, isCommandName, usageOf } from './command-table.js';

/** All commands by group, one line each. */
export const helpText = (): string => {
  const width = Math.max(...COMMAND_NAMES.map(name => firstUsage(name).length));
  return COMMAND_GROUPS.map(group => {
    const names = COMMAND_NAMES.filter(name => COMMANDS[name].group === group);
    const lines = names.map(name => `  ${firstUsage(name).padEnd(width)}  ${COMMANDS[name].summary}`);
    return [group, ...lines].join('\n');
  }).join('\n');
};

/** One command with all its forms and examples; null when there is no such command. */
export const helpOf = (name: string): string | null => {
  if (!isCommandName(name)) return null;
  const usages = usageOf(name).map(usage => `  ${usage}`);
  const examples = COMMANDS[name].examples.map(example => `  ${example}`);
  return [COMMANDS[name].summary, 'usage:', ...usages, 'for example:', ...examples].join('\n');
};

const firstUsage = (name: CommandName): string => usageOf(name)[0] ?? name;
