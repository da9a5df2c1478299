/**
 * The command language as the prompt needs it, read from the command table.
 *
 * @module
 */
import { COMMAND_NAMES, COMMANDS, isCommandName, usageOf } from '../src/chaos/command-table.js';
import { parse } from '../src/chaos/parse.js';
import { CommandSyntaxError } from '../src/chaos/syntax-error.js';
import { MESSAGE_KINDS } from '../src/index.js';
import type { CommandLanguage, Completion, Hint } from './command-language.js';

/** Commands whose second word is a command again. */
const PREFIXES: readonly string[] = ['try', 'help'];

function nodeWords(nodes: number): readonly string[] {
  return ['leader', ...Array.from({ length: nodes }, (_, node) => String(node)), 'follower', 'random'];
}

/** Words that can stand for one part of a form: itself when it is lower case, examples of its kind otherwise. */
function wordsFor(part: string, nodes: number): readonly string[] {
  switch (part) {
    case 'NODE':
    case 'NODES':
      return nodeWords(nodes);
    case 'FROM':
    case 'TO':
      return [...nodeWords(nodes), '*'];
    case 'TYPE':
      return MESSAGE_KINDS;
    case 'P':
      return ['0', '0.1', '0.5', '1'];
    case 'VARIABLE':
      return ['all', 'log', 'matchIndex', 'nextIndex', 'conn_mat'];
    case 'CONDITION':
      return ['leader', 'no leader', 'converged', 'commit >= ', 'value of '];
    default:
      return /^[a-z]/.test(part) ? [part] : [];
  }
}

/** `[on|off]` → `on`, `off`. */
function alternatives(part: string): readonly string[] {
  return part.replace(/[[\]]/g, '').split('|');
}

function complete(line: string, cursor: number, nodes: number): Completion {
  const before = line.slice(0, cursor);
  const start = before.search(/\S*$/);
  const typed = before.slice(start).replace(/^:/, '');
  const words = before.slice(0, start).trim().replace(/^:\s*/, '').split(/\s+/).filter(Boolean);
  while (words[0] !== undefined && PREFIXES.includes(words[0]) && words.length > 1) words.shift();
  const [name] = words;
  const offered =
    name === undefined || PREFIXES.includes(name) ? COMMAND_NAMES : wordsAt(name, words.length - 1, nodes);
  const matching = [...new Set(offered)].filter(word => word.toLowerCase().startsWith(typed.toLowerCase()));
  return { start: cursor - typed.length, words: matching };
}

function wordsAt(name: string, position: number, nodes: number): readonly string[] {
  if (!isCommandName(name)) return [];
  return COMMANDS[name].forms.flatMap(form => {
    const part = form.split(' ')[position];
    return part === undefined ? [] : alternatives(part).flatMap(one => wordsFor(one, nodes));
  });
}

/** What is wrong with a line so far; null for a line that is right, or only not finished. */
function mistakeIn(line: string, nodes: number): CommandSyntaxError | null {
  try {
    parse(line, { nodes });
    return null;
  } catch (error) {
    if (!(error instanceof CommandSyntaxError)) throw error;
    const isUnfinished = error.column > line.trimEnd().length || !/\s$/.test(line);
    const lastWord = line.search(/\S+\s*$/) + 1;
    return isUnfinished && error.column >= lastWord ? null : error;
  }
}

/** The form that fits the number of words typed, the first one when none does. */
function usageFor(name: string, words: number): string {
  if (!isCommandName(name)) return '';
  const usages = usageOf(name);
  return usages.find(usage => usage.split(' ').length >= words) ?? usages[0] ?? name;
}

function hint(typed: string, nodes: number): Hint | null {
  const line = typed.trimStart().replace(/^:\s*/, '');
  const words = line.split(/\s+/).filter(Boolean);
  const [name] = words;
  if (name === undefined) return null;
  const mistake = mistakeIn(line, nodes);
  if (mistake !== null) {
    return { usage: `expected ${mistake.expected}`, summary: '', isError: true };
  }
  if (!isCommandName(name)) return null;
  return { usage: usageFor(name, words.length), summary: COMMANDS[name].summary, isError: false };
}

export const CHAOS_LANGUAGE: CommandLanguage = {
  complete,
  hint,
  commands: COMMAND_NAMES.flatMap(name =>
    usageOf(name)
      .slice(0, 1)
      .map(usage => ({
        group: COMMANDS[name].group,
        usage,
        summary: COMMANDS[name].summary,
      })),
  ),
};
