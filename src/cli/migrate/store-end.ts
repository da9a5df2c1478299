/**
 * One end of a migration: a store that takes commands, wherever it is.
 *
 * @module
 */

/** A reply without its protocol: text is one character a byte; an array may hold arrays. */
export type PlainReply = string | number | bigint | null | readonly PlainReply[];

/** Name first; one character a byte. */
export type CommandWords = readonly string[];

export interface StoreEnd {
  /** As messages and checkpoints name it; without passwords. */
  readonly name: string;
  /** Commands that change nothing, in order. @throws OperationFailed when one of them fails */
  read(commands: readonly CommandWords[]): Promise<readonly PlainReply[]>;
  /** Commands that may be repeated, in order. @throws OperationFailed when one of them may not have been executed */
  write(commands: readonly CommandWords[]): Promise<void>;
  close(): void;
}
