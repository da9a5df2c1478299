/**
 * What the prompt knows of the command language: completion and hints. The language itself lives elsewhere.
 *
 * @module
 */

interface Completion {
  /** Where the word being completed begins. */
  readonly start: number;
  /** Words that can stand there, best first. */
  readonly words: readonly string[];
}

interface Hint {
  /** `edit FROM TO P`, or what is wrong. */
  readonly usage: string;
  readonly summary: string;
  readonly isError: boolean;
}

export interface CommandLanguage {
  complete(line: string, cursor: number, nodes: number): Completion;
  /** Null: nothing to say about this line. */
  hint(line: string, nodes: number): Hint | null;
  /** All commands for the help, by group. */
  readonly commands: readonly CommandHelp[];
}

interface CommandHelp {
  readonly group: string;
  readonly usage: string;
  readonly summary: string;
}
