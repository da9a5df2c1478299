/**
 * The command language as the prompt needs it. A colon before a command is allowed, as in a pasted `:kill 1`.
 *
 * @module
 */
import { commandHelp, complete, hint } from '../src/chaos/complete.js';
import type { CommandLanguage } from './command-language.js';
import { withLocalCommands } from './local-commands.js';

function withoutColon(line: string): string {
  return line.replace(/^\s*:+\s*/, '');
}

export const CHAOS_LANGUAGE: CommandLanguage = withLocalCommands({
  complete: (line, cursor, nodes) => {
    const bare = withoutColon(line);
    const shift = line.length - bare.length;
    const { start, words } = complete(bare, Math.max(0, cursor - shift), { nodes });
    return { start: start + shift, words };
  },
  hint: (line, nodes) => hint(withoutColon(line), { nodes }),
  commands: commandHelp(),
});
