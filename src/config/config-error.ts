/**
 * The one error of this folder: says where the mistake is and what would have been right.
 *
 * @module
 */

export type ConfigErrorCode = 'bad-config' | 'bad-matrix' | 'file-unreadable';

/** Thrown when a config or matrix file cannot be used. `line` and `column` are 1-based; 0: the file as a whole. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;

  constructor(code: ConfigErrorCode, file: string, line: number, problem: string, column = 0) {
    const place = line === 0 ? file : `${file}:${line}${column === 0 ? '' : `:${column}`}`;
    super(`${place}: ${problem}`);
    this.code = code;
    this.file = file;
    this.line = line;
    this.column = column;
  }
}
