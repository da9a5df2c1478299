/**
 * The command tables of `docs/chaos.md`, from the command table.
 *
 * @module
 */
import { COMMAND_GROUPS } from './command-spec.js';
import { COMMAND_NAMES, COMMANDS, usageOf } from './command-table.js';

const MANUAL_BEGIN = '<!-- commands: begin (generated) -->';
const MANUAL_END = '<!-- commands: end -->';

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** One table a group: ways to write each command, what it does, an example. */
const manualTables = (): string =>
  COMMAND_GROUPS.map(group => {
    const rows = COMMAND_NAMES.filter(name => COMMANDS[name].group === group).map(name => {
      const usages = usageOf(name).map(code).join('<br>');
      const examples = COMMANDS[name].examples.map(code).join('<br>');
      return `| ${usages} | ${COMMANDS[name].summary} | ${examples} |`;
    });
    const header = `### ${group}\n\n| command | does | for example |\n|---|---|---|`;
    return `${header}\n${rows.join('\n')}`;
  }).join('\n\n');

/** The manual with its tables replaced by current ones. @throws Error when the marks are not there */
export const withCurrentTables = (manual: string): string => {
  const begin = manual.indexOf(MANUAL_BEGIN);
  const end = manual.indexOf(MANUAL_END);
  if (begin < 0 || end < begin) throw new Error('the manual has lost its marks');
  const before = manual.slice(0, begin + MANUAL_BEGIN.length);
  return `${before}\n\n${manualTables()}\n\n${manual.slice(end)}`;
};
