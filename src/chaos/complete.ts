/**
 * Completion and hints for a command being typed, from the forms in the command table.
 *
 * @module
 */

import { COMMAND_GROUPS, type CommandGroup } from './command-spec.js';
import { COMMAND_NAMES, COMMANDS, type CommandName, isCommandName, usageOf } from './command-table.js';
import { expandForm, nextWords, plainRestAfter, restAfter } from './form.js';
import { type ParseContext, parse } from './parse.js';
import { FAULT_KINDS } from './random-fault.js';
import { CommandSyntaxError } from './syntax-error.js';
import { WORKLOAD_WORDS } from './workload.js';

export interface CompletionContext {
  /** Number of nodes of the cluster. */
  readonly nodes?: number;
  /** Names given with `let`. */
  readonly names?: readonly string[];
  /** Keys worth offering. */
  readonly keys?: readonly string[];
}

export interface Completion {
  /** Where the word being completed begins. */
  readonly start: number;
  /** Words that can stand there, best first. */
  readonly words: readonly string[];
}

export interface Hint {
  /** The command with all its forms, or, when the line is wrong, what was expected where. */
  readonly usage: string;
  readonly summary: string;
  /** What can still follow what is typed so far; empty when the line is complete. */
  readonly rest: string;
  readonly isError: boolean;
}

export interface CommandHelp {
  readonly name: string;
  readonly group: CommandGroup;
  readonly usage: string;
  readonly summary: string;
}

/** Completes the word in which, or at whose end, the cursor stands. */
export const complete = (line: string, cursor: number, context: CompletionContext = {}): Completion => {
  const before = line.slice(0, cursor);
  const typed = /\S*$/.exec(before)?.[0] ?? '';
  const start = cursor - typed.length;
  // Of a list such as 0,1 only the last item is completed.
  const itemStart = typed.lastIndexOf(',') + 1;
  const item = typed.slice(itemStart);
  const words = candidates(before.slice(0, start), context)
    .filter(word => word.startsWith(item) && word !== item)
    .filter(word => itemStart === 0 || canFollowComma(word));
  return { start: start + itemStart, words: [...new Set(words)] };
};

const canFollowComma = (word: string): boolean =>
  /^(\d+|\$\w+|leader|follower)$/.test(word) || LISTED_WORDS.has(word);

const LISTED_WORDS: ReadonlySet<string> = new Set([...FAULT_KINDS, ...WORKLOAD_WORDS]);

const candidates = (before: string, context: CompletionContext): readonly string[] => {
  const { name, args } = commandAt(words(before));
  if (name === null) return args.length === 0 ? COMMAND_NAMES : [];
  return formsOf(name).flatMap(form => nextWords(form, args, context));
};

const words = (text: string): readonly string[] => text.split(/\s+/).filter(word => word !== '');

interface CommandAt {
  /** Null: no name is typed yet, or one that does not exist (then `args` has it). */
  readonly name: CommandName | null;
  readonly args: readonly string[];
}

/** The command that counts: the one after `try` or `via NODE`, if there is one. */
const commandAt = (typed: readonly string[]): CommandAt => {
  const [first, ...args] = typed;
  const name = first?.toLowerCase();
  if (name === undefined) return { name: null, args: [] };
  if (name === 'try') return commandAt(args);
  if (name === 'at' && args.length > 0) return commandAt(args.slice(1));
  if (name === 'via' && args.length > 1) return commandAt(args.slice(1));
  return isCommandName(name) ? { name, args } : { name: null, args: typed };
};

const formsOf = (name: CommandName): readonly (readonly string[])[] =>
  COMMANDS[name].forms.flatMap(expandForm);

/** What to say beside a line being typed; null when it is blank or no command yet. */
export const hint = (line: string, context: ParseContext = {}): Hint | null => {
  const { name, args } = commandAt(words(line));
  if (name === null) {
    const isTyping = !/\s/.test(line.trimStart());
    return isTyping ? null : errorHint(line, context);
  }
  const wrong = errorHint(line, context);
  if (wrong !== null) return wrong;
  const rests = [
    ...COMMANDS[name].forms.map(form => plainRestAfter(form, args)),
    ...formsOf(name).map(form => restAfter(form, args)),
  ];
  const rest = rests.find(candidate => candidate !== null) ?? '';
  const usage = usageOf(name).join('  ·  ');
  return { usage, summary: COMMANDS[name].summary, rest, isError: false };
};

/** Null when the line is right so far: it may go on, but nothing in it is wrong. */
const errorHint = (line: string, context: ParseContext): Hint | null => {
  try {
    parse(line, context);
    return null;
  } catch (error) {
    if (!(error instanceof CommandSyntaxError)) throw error;
    const isUnfinished = error.column > line.trimEnd().length;
    const isInLastWord = !/\s/.test(line.slice(error.column - 1));
    if (isUnfinished || isInLastWord) return null;
    return { usage: error.message, summary: '', rest: '', isError: true };
  }
};

/** All commands, by group, one entry for each way to write it. */
export const commandHelp = (): readonly CommandHelp[] =>
  COMMAND_GROUPS.flatMap(group =>
    COMMAND_NAMES.filter(name => COMMANDS[name].group === group).flatMap(name =>
      usageOf(name).map(usage => ({ name, group, usage, summary: COMMANDS[name].summary })),
    ),
  );
