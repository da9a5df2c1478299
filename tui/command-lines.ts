/**
 * Command lines out of scripts and of `--exec`.
 *
 * @module
 */
import { readFileSync } from 'node:fs';

/** Lines of a script; blank ones and comments are left out. @throws when the file cannot be read */
export function scriptLines(path: string): readonly string[] {
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'));
}

/** `put a 1; get a`: cut at semicolons and line ends outside quotes. */
export function execLines(text: string): readonly string[] {
  const pieces = text.match(/(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^;\n])+/g) ?? [];
  return pieces.map(piece => piece.trim()).filter(piece => piece !== '');
}
