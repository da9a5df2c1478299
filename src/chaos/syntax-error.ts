/**
 * The one error of the command language's grammar.
 *
 * @module
 */

/** Thrown when a line does not parse. Line and column are 1-based; `line` is 0 for a line typed by itself. */
export class CommandSyntaxError extends Error {
  override readonly name = 'CommandSyntaxError';
  readonly code = 'bad-command';
  readonly line: number;
  readonly column: number;
  /** What would have been right here, e.g. `a node 0–4`. */
  readonly expected: string;
  /** What stands there, e.g. `9` or `the end of the line`. */
  readonly found: string;

  constructor(column: number, expected: string, found: string, line = 0) {
    const place = line === 0 ? `column ${column}` : `line ${line}, column ${column}`;
    super(`${place}: expected ${expected}, found ${found}`);
    this.line = line;
    this.column = column;
    this.expected = expected;
    this.found = found;
  }

  /** The same mistake, placed in a file. */
  atLine(line: number): CommandSyntaxError {
    return new CommandSyntaxError(this.column, this.expected, this.found, line);
  }
}
