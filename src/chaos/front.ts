/**
 * The part of the command language that needs files, for fronts that have them: `upload FILE` becomes its
 * inline form, and what `record stop` answers is written.
 *
 * @module
 */
import type { CommandResult } from '../runtime/handle.js';
import type { Action } from './action.js';
import { parse } from './parse.js';
import { print } from './print.js';
import type { Recording } from './recorder.js';
import { CommandSyntaxError } from './syntax-error.js';

export interface FrontFiles {
  /** Reads and checks a matrix file. @throws an error whose message says what is wrong, where */
  readonly readMatrix: (path: string) => readonly (readonly number[])[];
  readonly writeText: (path: string, text: string) => void;
}

type Execute = (line: string) => Promise<CommandResult>;

/** `execute` with files. What cannot be read or written is a failure of that line. */
export const withFiles =
  (execute: Execute, files: FrontFiles): Execute =>
  async line => {
    const action = parseQuietly(line);
    const inner = action?.kind === 'try' ? action.action : action;
    if (action === null || inner === null) return execute(line);
    if (inner.kind === 'record-stop') return writeRecording(await execute(line), files);
    if (inner.kind !== 'upload') return execute(line);
    try {
      const matrix: Action = { kind: 'matrix', rows: files.readMatrix(inner.path) };
      return await execute(print(action.kind === 'try' ? { kind: 'try', action: matrix } : matrix));
    } catch (error) {
      return action.kind === 'try' ? { kind: 'done', text: messageOf(error) } : failed(error);
    }
  };

/** What does not parse is left to `execute`, which answers what was expected. */
const parseQuietly = (line: string): Action | null => {
  try {
    return parse(line);
  } catch (error) {
    if (error instanceof CommandSyntaxError) return null;
    throw error;
  }
};

const writeRecording = (result: CommandResult, files: FrontFiles): CommandResult => {
  if (result.kind !== 'done' || result.data === undefined) return result;
  const { path, script, lines } = result.data as Recording;
  try {
    files.writeText(path, script);
    return { ...result, text: `${lines} lines written to ${path}` };
  } catch (error) {
    return failed(error);
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const failed = (error: unknown): CommandResult => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'file';
  return { kind: 'failed', text: messageOf(error), code };
};
