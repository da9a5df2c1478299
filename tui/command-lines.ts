/**
 * What is to be run without being typed: `--script FILE` and `--exec 'A; B'`.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { parseScript, type Script } from '../src/chaos/script.js';
import { type LocalCommand, parseLocal } from './local-commands.js';

/** `put a 1; get a`: semicolons outside quotes become line ends. */
function execText(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|;\s*/g, part =>
    part.startsWith(';') ? '\n' : part,
  );
}

/** `tour` or `scene NAME`, alone: played without a terminal. Null: something else is to be run. */
export function tourOf(exec: string | null): Extract<LocalCommand, { kind: 'tour' }> | null {
  const parsed = parseLocal((exec ?? '').trim().replace(/^:+\s*/, ''));
  if (parsed?.kind === 'invalid') throw new Error(parsed.text);
  return parsed?.kind === 'local' && parsed.command.kind === 'tour' ? parsed.command : null;
}

/**
 * Null: nothing to run.
 * @throws ScriptError with all mistakes, or the error of reading the file
 */
export function scriptOf(path: string | null, exec: string | null): Script | null {
  if (path === null && exec === null) return null;
  const texts = [path === null ? '' : readFileSync(path, 'utf8'), execText(exec ?? '')].filter(Boolean);
  return parseScript(texts.join('\n'));
}
