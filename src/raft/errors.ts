/**
 * Errors of the core. The `code` is the contract; the text is for people.
 *
 * @module
 */
export type RaftErrorCode =
  /** The proposal was certainly not appended; it may be tried again later or elsewhere. */
  | 'proposal-dropped'
  /** A message that only the node itself may produce came from outside. */
  | 'local-message'
  /** A reply came from a node that is no member here. */
  | 'peer-not-found'
  /** The entry was removed by compaction: only a snapshot has it. */
  | 'log-compacted'
  /** A membership change that no rule allows; nothing was changed. */
  | 'invalid-conf-change'
  /** Bytes that are no encoded membership change. */
  | 'malformed-conf-change'
  /** A value of the configuration makes no sense. */
  | 'invalid-config'
  /** The core contradicts itself or its storage: the node must stop. */
  | 'invariant-violated';

const DEFAULT_MESSAGES: Readonly<Record<RaftErrorCode, string>> = {
  'proposal-dropped': 'raft proposal dropped',
  'local-message': 'raft: cannot step raft local message',
  'peer-not-found': 'raft: cannot step as peer not found',
  'log-compacted': 'requested index is unavailable due to compaction',
  'invalid-conf-change': 'invalid membership change',
  'malformed-conf-change': 'malformed membership change',
  'invalid-config': 'invalid raft configuration',
  'invariant-violated': 'raft invariant violated',
};

/** Thrown by every part of the core. */
export class RaftError extends Error {
  override readonly name = 'RaftError';
  readonly code: RaftErrorCode;

  constructor(code: RaftErrorCode, message: string = DEFAULT_MESSAGES[code]) {
    super(message);
    this.code = code;
  }
}
