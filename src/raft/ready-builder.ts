/**
 * Gathers what is to be done into a `Ready`, and remembers what was handed out.
 *
 * @module
 */
import { mustTellCommit, tellCommit } from './commit-notice.js';
import { APPEND_THREAD, APPLY_THREAD, type RaftId } from './ids.js';
import type {
  HardState,
  Message,
  PeerMessage,
  StorageAppend,
  StorageAppendReply,
  StorageApply,
  StorageApplyReply,
} from './message.js';
import type { ReadState, Ready, Role, SoftState } from './ready.js';
import type { RaftState } from './state.js';

const NO_READ_STATES: readonly ReadState[] = [];

type Draft = Omit<Ready, 'messages'>;

export class ReadyBuilder {
  readonly #state: RaftState;
  #leader: RaftId;
  #role: Role;
  #hard: HardState;
  /** Synchronous mode: what `advance` delivers. */
  #onAdvance: Message[] = [];

  constructor(state: RaftState) {
    this.#state = state;
    this.#leader = state.leader;
    this.#role = state.role;
    this.#hard = state.hardState();
  }

  get hasReady(): boolean {
    const state = this.#state;
    const { unstable } = state.log;
    return (
      state.hasMessages ||
      mustTellCommit(state) ||
      unstable.hasNext ||
      state.readStates.length > 0 ||
      this.#hasHardState ||
      state.log.hasCommittedToApply ||
      this.#hasSoftState ||
      unstable.nextSnapshot() !== null
    );
  }

  get #hasSoftState(): boolean {
    return this.#state.role !== this.#role || this.#state.leader !== this.#leader;
  }

  get #hasHardState(): boolean {
    const { term, vote, log } = this.#state;
    return log.committed !== this.#hard.commit || term !== this.#hard.term || vote !== this.#hard.vote;
  }

  /** Hands everything out: from now on it counts as in progress. */
  take(): Ready {
    if (mustTellCommit(this.#state)) tellCommit(this.#state);
    const draft = this.#draft();
    const messages = this.#state.config.asyncStorageWrites
      ? this.#asyncMessages(draft)
      : this.#syncMessages(draft);
    this.#accept(draft);
    return {
      softState: draft.softState,
      hardState: draft.hardState,
      readStates: draft.readStates,
      entries: draft.entries,
      snapshot: draft.snapshot,
      committedEntries: draft.committedEntries,
      messages,
      mustSync: draft.mustSync,
    };
  }

  /** Synchronous mode: the messages that the work of the last Ready makes due. */
  takeOnAdvance(): readonly Message[] {
    const messages = this.#onAdvance;
    this.#onAdvance = [];
    return messages;
  }

  #draft(): Draft {
    const state = this.#state;
    const { log } = state;
    const entries = log.unstable.next();
    const soft: SoftState | null = this.#hasSoftState ? { leader: state.leader, role: state.role } : null;
    return {
      softState: soft,
      hardState: this.#hasHardState ? state.hardState() : null,
      readStates: state.readStates.length === 0 ? NO_READ_STATES : state.readStates,
      entries,
      snapshot: log.unstable.nextSnapshot(),
      committedEntries: log.committedToApply(),
      // A commit index or a snapshot promises nothing to anybody.
      mustSync: entries.length > 0 || state.term !== this.#hard.term || state.vote !== this.#hard.vote,
    };
  }

  #accept(draft: Draft): void {
    const state = this.#state;
    this.#leader = state.leader;
    this.#role = state.role;
    if (draft.hardState !== null) this.#hard = draft.hardState;
    if (state.readStates.length > 0) state.readStates = [];
    state.log.unstable.acceptInProgress();
    if (draft.committedEntries.length > 0) state.log.acceptApplying(draft.committedEntries);
  }

  #asyncMessages(draft: Draft): readonly Message[] {
    const { entries, hardState, snapshot, committedEntries } = draft;
    const messages: Message[] = this.#state.takeOutbox();
    const hasWork =
      entries.length > 0 || hardState !== null || snapshot !== null || this.#state.hasAfterAppend;
    if (hasWork) messages.push(this.#storageAppend(draft));
    if (committedEntries.length > 0) messages.push(this.#storageApply(draft));
    return messages;
  }

  #syncMessages(draft: Draft): readonly Message[] {
    const { id } = this.#state;
    const messages: Message[] = this.#state.takeOutbox();
    for (const message of this.#state.takeAfterAppend()) {
      (message.to === id ? this.#onAdvance : messages).push(message);
    }
    const appended = this.#storageAppendReply(draft);
    if (appended !== null) this.#onAdvance.push(appended);
    if (draft.committedEntries.length > 0) this.#onAdvance.push(this.#storageApplyReply(draft));
    return messages;
  }

  #storageAppend(draft: Draft): StorageAppend {
    const responses: (PeerMessage | StorageAppendReply)[] = this.#state.takeAfterAppend();
    const appended = this.#storageAppendReply(draft);
    if (appended !== null) responses.push(appended);
    return {
      type: 'StorageAppend',
      from: this.#state.id,
      to: APPEND_THREAD,
      term: draft.hardState?.term ?? 0,
      entries: draft.entries,
      hardState: draft.hardState,
      snapshot: draft.snapshot,
      responses,
    };
  }

  /**
   * Names the last entry of the log, not of this batch, with its term, and carries the term of now: a later append of
   * another leader makes it void, and nothing that was replaced meanwhile is taken for stable.
   */
  #storageAppendReply(draft: Draft): StorageAppendReply | null {
    const { log, id, term } = this.#state;
    const hasUnstable = !log.unstable.isEmpty;
    if (!hasUnstable && draft.snapshot === null) return null;
    return {
      type: 'StorageAppendReply',
      from: APPEND_THREAD,
      to: id,
      term,
      index: hasUnstable ? log.lastIndex : 0,
      logTerm: hasUnstable ? log.lastTerm : 0,
      snapshot: draft.snapshot,
    };
  }

  #storageApply(draft: Draft): StorageApply {
    return {
      type: 'StorageApply',
      from: this.#state.id,
      to: APPLY_THREAD,
      term: 0,
      entries: draft.committedEntries,
      responses: [this.#storageApplyReply(draft)],
    };
  }

  #storageApplyReply(draft: Draft): StorageApplyReply {
    return {
      type: 'StorageApplyReply',
      from: APPLY_THREAD,
      to: this.#state.id,
      term: 0,
      entries: draft.committedEntries,
    };
  }
}
