/**
 * One line of the command language to one action.
 *
 * @module
 */
import type { Action } from './action.js';
import { ArgumentReader, type ParseContext } from './argument-reader.js';
import { COMMAND_NAMES, COMMANDS, type CommandName, isCommandName } from './command-table.js';
import { CommandSyntaxError } from './syntax-error.js';
import { type Token, tokenize } from './tokenizer.js';

export type { ParseContext } from './argument-reader.js';

/** Longer lines are refused; a matrix of 255 nodes fits several times. */
const MAX_LINE_LENGTH = 1024 * 1024;

/**
 * Parses one line. Null for a blank line or a comment.
 *
 * @throws CommandSyntaxError with the column and what was expected; nothing else, whatever the line holds
 */
export const parse = (line: string, context: ParseContext = {}): Action | null => {
  if (line.length > MAX_LINE_LENGTH) {
    const found = `${line.length - MAX_LINE_LENGTH} characters more`;
    throw new CommandSyntaxError(MAX_LINE_LENGTH + 1, 'the end of the line', found);
  }
  const tokens = tokenize(line);
  return tokens.length === 0 ? null : parseTokens(tokens, context);
};

/** @throws CommandSyntaxError */
export const parseTokens = (tokens: readonly Token[], context: ParseContext): Action => {
  const reader = new ArgumentReader(tokens, context);
  const action = parseCommand(reader);
  reader.end();
  return action;
};

const parseCommand = (reader: ArgumentReader): Action => {
  const name = readName(reader);
  if (name === 'try') {
    if (reader.peekIs('try')) reader.failHere('a command');
    return { kind: 'try', action: parseCommand(reader) };
  }
  return COMMANDS[name].parse(reader);
};

const readName = (reader: ArgumentReader): CommandName => {
  const text = reader.peekText()?.toLowerCase() ?? '';
  if (!isCommandName(text)) {
    const near = nearestName(text);
    reader.failHere(near === null ? 'a command (see help)' : `a command, perhaps ${near}`);
  }
  reader.next('a command');
  return text;
};

/** The command one typing slip away, if there is one. */
const nearestName = (text: string): CommandName | null =>
  text.length < 3 ? null : (COMMAND_NAMES.find(name => isOneSlipAway(text, name)) ?? null);

/** One letter too many, too few, wrong, or two neighbours swapped. */
const isOneSlipAway = (typed: string, name: string): boolean => {
  let same = 0;
  while (same < typed.length && typed[same] === name[same]) same++;
  const rest = typed.slice(same);
  const due = name.slice(same);
  const swapped = (due[1] ?? '') + (due[0] ?? '') + due.slice(2);
  return rest.slice(1) === due || rest === due.slice(1) || rest.slice(1) === due.slice(1) || rest === swapped;
};
