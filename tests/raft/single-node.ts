/**
 * One node in synchronous mode, alone with its storage: messages go in, what it sends comes out.
 *
 * @module
 */
import {
  type ConfState,
  decodeConfChange,
  EMPTY_DATA,
  type Entry,
  type HardState,
  type Message,
  Raft,
  type RaftConfig,
  type RaftId,
  type ReadState,
  raftId,
} from '../../src/raft/index.js';
import { MemoryLog } from './memory-log.js';

export const ELECTION_TICKS = 10;
/** What every draw gives, unless a test says otherwise. */
export const DRAWN_TICKS = 15;

export const ids = (...numbers: readonly number[]): readonly RaftId[] => numbers.map(raftId);

export const entry = (index: number, term: number, text = ''): Entry => ({
  index,
  term,
  type: 'normal',
  data: text === '' ? EMPTY_DATA : new TextEncoder().encode(text),
});

/** Entries 1, 2, 3 … of the given terms. */
export const entriesOf = (terms: readonly number[]): readonly Entry[] =>
  terms.map((term, at) => entry(at + 1, term));

export interface NodeOptions extends Partial<Omit<RaftConfig, 'id'>> {
  readonly id?: number;
  readonly voters?: readonly number[];
  readonly outgoing?: readonly number[];
  readonly learners?: readonly number[];
  /** Terms of the stored entries, from index 1 (or after the snapshot) on. */
  readonly log?: readonly number[];
  /** Snapshot that the log starts from. */
  readonly snapshot?: { readonly index: number; readonly term: number };
  readonly term?: number;
  readonly vote?: number;
  readonly commit?: number;
}

export function confState(
  voters: readonly number[],
  learners: readonly number[] = [],
  outgoing: readonly number[] = [],
): ConfState {
  const half = { voters: ids(...voters), outgoing: ids(...outgoing) };
  return { ...half, learners: ids(...learners), learnersNext: [], autoLeave: false };
}

function storageOf(options: NodeOptions): MemoryLog {
  const storage = new MemoryLog();
  const { voters = [1, 2, 3], learners = [], outgoing = [] } = options;
  const { index = 0, term = 0 } = options.snapshot ?? {};
  storage.start({ index, term, confState: confState(voters, learners, outgoing) });
  const terms = options.log ?? [];
  storage.append(terms.map((one, at) => entry(index + at + 1, one)));
  const hardState: HardState = {
    term: options.term ?? terms.at(-1) ?? term,
    vote: raftId(options.vote ?? 0),
    commit: options.commit ?? index,
  };
  if (hardState.term > 0) storage.hardState = hardState;
  return storage;
}

export class SingleNode {
  readonly core: Raft;
  readonly storage: MemoryLog;
  /** Everything applied so far. */
  readonly applied: Entry[] = [];
  readonly readStates: ReadState[] = [];

  constructor(options: NodeOptions = {}) {
    this.storage = storageOf(options);
    const { id = 1, voters, outgoing, learners, log, snapshot, term, vote, commit, ...config } = options;
    this.core = new Raft(
      {
        electionTicks: ELECTION_TICKS,
        heartbeatTicks: 1,
        drawElectionTimeout: () => DRAWN_TICKS,
        preVote: false,
        checkQuorum: false,
        ...config,
        id: raftId(id),
      },
      this.storage,
    );
  }

  /** Does the work of all Readys until there is none. @returns what was sent to others */
  flush(): readonly Message[] {
    const sent: Message[] = [];
    while (this.core.hasReady()) {
      const ready = this.core.ready();
      if (ready.hardState !== null) this.storage.hardState = ready.hardState;
      if (ready.snapshot !== null) this.storage.applySnapshot(ready.snapshot);
      this.storage.append(ready.entries);
      sent.push(...ready.messages);
      this.readStates.push(...ready.readStates);
      for (const applied of ready.committedEntries) this.#apply(applied);
      this.core.advance();
    }
    return sent;
  }

  #apply(applied: Entry): void {
    this.applied.push(applied);
    if (applied.type !== 'normal') this.core.applyConfChange(decodeConfChange(applied));
  }

  /** Steps the messages, then flushes. */
  step(...messages: readonly Message[]): readonly Message[] {
    for (const message of messages) this.core.step(message);
    return this.flush();
  }

  tick(count: number): readonly Message[] {
    const sent: Message[] = [];
    for (let done = 0; done < count; done += 1) {
      this.core.tick();
      sent.push(...this.flush());
    }
    return sent;
  }

  /** Wins an election with the votes of `voters`, and drains. */
  lead(...voters: readonly number[]): void {
    this.core.campaign();
    this.flush();
    const { term, id } = this.core;
    for (const voter of voters) {
      this.step({ type: 'RequestVoteReply', from: raftId(voter), to: id, term, reject: false });
    }
    if (this.core.role !== 'leader') throw new Error('the election was not won');
  }

  /** `from` acknowledges everything up to `index` (default: the whole log). */
  acknowledge(from: number, index: number = this.core.lastIndex): readonly Message[] {
    return this.step(appendReply(from, this.core.term, index, this.core.id));
  }

  progress(id: number) {
    const found = this.core.status().progress.find(one => one.id === id);
    if (found === undefined) throw new Error(`no progress of ${id}`);
    return found;
  }

  /** Terms of all entries, stored and not. */
  get terms(): readonly number[] {
    return this.storage.all().map(one => one.term);
  }

  propose(text: string): readonly Message[] {
    this.core.propose(new TextEncoder().encode(text));
    return this.flush();
  }
}

export const appendReply = (from: number, term: number, index: number, to = raftId(1)) =>
  ({
    type: 'AppendEntriesReply',
    from: raftId(from),
    to,
    term,
    index,
    reject: false,
    hintIndex: 0,
    hintTerm: 0,
  }) as const;

export const rejection = (from: number, term: number, index: number, hintIndex: number, hintTerm = 0) =>
  ({ ...appendReply(from, term, index), reject: true, hintIndex, hintTerm }) as const;

export const append = (
  from: number,
  term: number,
  prev: readonly [index: number, term: number],
  entries: readonly Entry[] = [],
  commit = 0,
  to = raftId(1),
) =>
  ({
    type: 'AppendEntries',
    from: raftId(from),
    to,
    term,
    prevLogIndex: prev[0],
    prevLogTerm: prev[1],
    entries,
    commit,
  }) as const;

export const voteRequest = (
  from: number,
  term: number,
  last: readonly [index: number, term: number],
  type: 'RequestVote' | 'PreVote' = 'RequestVote',
  forced = false,
) =>
  ({
    type,
    from: raftId(from),
    to: raftId(1),
    term,
    lastLogIndex: last[0],
    lastLogTerm: last[1],
    forced,
  }) as const;

export const voteReply = (
  from: number,
  term: number,
  reject = false,
  type: 'RequestVoteReply' | 'PreVoteReply' = 'RequestVoteReply',
) => ({ type, from: raftId(from), to: raftId(1), term, reject }) as const;

export const heartbeat = (from: number, term: number, commit = 0, readSequence = 0) =>
  ({ type: 'Heartbeat', from: raftId(from), to: raftId(1), term, commit, readSequence }) as const;

export const heartbeatReply = (from: number, term: number, readSequence = 0) =>
  ({ type: 'HeartbeatReply', from: raftId(from), to: raftId(1), term, readSequence }) as const;

export const snapshotMessage = (
  from: number,
  term: number,
  at: readonly [index: number, term: number],
  members: ConfState = confState([1, 2, 3]),
) =>
  ({
    type: 'InstallSnapshot',
    from: raftId(from),
    to: raftId(1),
    term,
    snapshot: { index: at[0], term: at[1], confState: members },
  }) as const;

/** Those kinds of messages whose `type` may be `T`. */
type OfType<T extends Message['type'], M extends Message = Message> = M extends Message
  ? T extends M['type']
    ? M
    : never
  : never;

export function ofType<T extends Message['type']>(
  messages: readonly Message[],
  type: T,
): readonly OfType<T>[] {
  return messages.filter(one => one.type === type) as readonly Message[] as readonly OfType<T>[];
}

/** What storage work in asynchronous mode answers to the node itself. */
export function ownResponses(messages: readonly Message[]): readonly Message[] {
  const responses: Message[] = [];
  for (const message of messages) {
    if (message.type !== 'StorageAppend' && message.type !== 'StorageApply') continue;
    for (const response of message.responses) {
      if (response.to === message.from) responses.push(response);
    }
  }
  return responses;
}

/** The `code` of the error that `action` throws; undefined if it throws none. */
export function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  return undefined;
}
