/**
 * The core's values in the notation of etcd-io/raft's traces.
 *
 * @module
 */
import {
  APPEND_THREAD,
  APPLY_THREAD,
  type ConfState,
  decodeConfChange,
  type Entry,
  type HardState,
  type Message,
  NONE,
  type ProgressState,
  type ProgressStatus,
  type RaftId,
  type Ready,
  type Role,
  type Snapshot,
} from '../../../src/raft/index.js';
import { formatOperations } from './operations.js';

const MESSAGE_NAMES: Readonly<Record<Message['type'], string>> = {
  AppendEntries: 'MsgApp',
  AppendEntriesReply: 'MsgAppResp',
  RequestVote: 'MsgVote',
  RequestVoteReply: 'MsgVoteResp',
  PreVote: 'MsgPreVote',
  PreVoteReply: 'MsgPreVoteResp',
  InstallSnapshot: 'MsgSnap',
  Heartbeat: 'MsgHeartbeat',
  HeartbeatReply: 'MsgHeartbeatResp',
  TimeoutNow: 'MsgTimeoutNow',
  Propose: 'MsgProp',
  ReadIndex: 'MsgReadIndex',
  ReadIndexReply: 'MsgReadIndexResp',
  TransferLeader: 'MsgTransferLeader',
  StorageAppend: 'MsgStorageAppend',
  StorageAppendReply: 'MsgStorageAppendResp',
  StorageApply: 'MsgStorageApply',
  StorageApplyReply: 'MsgStorageApplyResp',
  Hup: 'MsgHup',
  Beat: 'MsgBeat',
  CheckQuorum: 'MsgCheckQuorum',
  Unreachable: 'MsgUnreachable',
  ForgetLeader: 'MsgForgetLeader',
  SnapshotStatus: 'MsgSnapStatus',
};

export const messageName = (message: Message): string => MESSAGE_NAMES[message.type];

const ROLE_NAMES: Readonly<Record<Role, string>> = {
  follower: 'StateFollower',
  candidate: 'StateCandidate',
  leader: 'StateLeader',
  'pre-candidate': 'StatePreCandidate',
};

export const roleName = (role: Role): string => ROLE_NAMES[role];

const PROGRESS_NAMES: Readonly<Record<ProgressState, string>> = {
  probe: 'StateProbe',
  replicate: 'StateReplicate',
  snapshot: 'StateSnapshot',
};

function quoted(data: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    text = String.fromCharCode(...data);
  }
  const escapes: Readonly<Record<string, string>> = {
    '"': '\\"',
    '\\': '\\\\',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
  };
  const escapeChar = (char: string): string => {
    const known = escapes[char];
    if (known !== undefined) return known;
    const code = char.charCodeAt(0);
    return code < 32 || code === 127 ? `\\x${code.toString(16).padStart(2, '0')}` : char;
  };
  return `"${[...text].map(escapeChar).join('')}"`;
}

export function formatEntry(entry: Entry): string {
  const place = `${entry.term}/${entry.index}`;
  if (entry.type === 'normal') return `${place} EntryNormal ${quoted(entry.data)}`;
  const type = entry.type === 'conf-change' ? 'EntryConfChange' : 'EntryConfChangeV2';
  const operations = formatOperations(decodeConfChange(entry).operations);
  return operations === '' ? `${place} ${type}` : `${place} ${type} ${operations}`;
}

const idList = (ids: readonly RaftId[]): string => `[${ids.join(' ')}]`;

function formatSnapshot(snapshot: Snapshot): string {
  const { voters, outgoing, learners, learnersNext, autoLeave } = snapshot.confState;
  const configuration =
    `Voters:${idList(voters)} VotersOutgoing:${idList(outgoing)} Learners:${idList(learners)} ` +
    `LearnersNext:${idList(learnersNext)} AutoLeave:${autoLeave}`;
  return `Index:${snapshot.index} Term:${snapshot.term} ConfState:${configuration}`;
}

function formatHardState(hardState: HardState): string {
  const vote = hardState.vote === NONE ? '' : ` Vote:${hardState.vote}`;
  return `Term:${hardState.term}${vote} Commit:${hardState.commit}`;
}

function formatNode(id: RaftId): string {
  if (id === NONE) return 'None';
  if (id === APPEND_THREAD) return 'AppendThread';
  if (id === APPLY_THREAD) return 'ApplyThread';
  return id.toString(16);
}

/** The fields of the notation, gathered from whatever the kinds of messages call them. */
interface Fields {
  readonly logTerm?: number;
  readonly index?: number;
  readonly rejectHint?: number;
  readonly commit?: number;
  readonly vote?: RaftId;
  readonly entries?: readonly Entry[];
  readonly snapshot?: Snapshot | null;
  readonly responses?: readonly Message[];
}

function fieldsOf(message: Message): Fields {
  switch (message.type) {
    case 'AppendEntries': {
      const { prevLogTerm, prevLogIndex, entries, commit } = message;
      return { logTerm: prevLogTerm, index: prevLogIndex, entries, commit };
    }
    case 'AppendEntriesReply': {
      const { index, hintTerm, hintIndex } = message;
      return message.reject ? { logTerm: hintTerm, index, rejectHint: hintIndex } : { index };
    }
    case 'RequestVote':
    case 'PreVote':
      return { logTerm: message.lastLogTerm, index: message.lastLogIndex };
    case 'RequestVoteReply':
    case 'PreVoteReply':
    case 'SnapshotStatus':
      return message.reject ? { rejectHint: 0 } : {};
    case 'Heartbeat':
      return { commit: message.commit };
    case 'InstallSnapshot':
      return { snapshot: message.snapshot };
    case 'Propose':
      return { entries: message.entries };
    case 'ReadIndexReply':
      return { index: message.index };
    case 'StorageAppend': {
      const { entries, snapshot, responses, hardState } = message;
      const commit = hardState?.commit ?? 0;
      return { entries, snapshot, responses, commit, vote: hardState?.vote ?? NONE };
    }
    case 'StorageAppendReply':
      return { logTerm: message.logTerm, index: message.index, snapshot: message.snapshot };
    case 'StorageApply':
      return { entries: message.entries, responses: message.responses };
    case 'StorageApplyReply':
      return { entries: message.entries };
    default:
      return {};
  }
}

function formatEntryList(entries: readonly Entry[], indent: string): string {
  const [first] = entries;
  if (first === undefined) return '';
  if (entries.length === 1) return ` Entries:[${formatEntry(first)}]`;
  const lines = entries.map(entry => `\n${indent}  ${formatEntry(entry)}`);
  return ` Entries:[${lines.join('')}\n${indent}]`;
}

/** Without a newline at the end; may have several lines. */
export function formatMessage(message: Message, indent = ''): string {
  const fields = fieldsOf(message);
  const { from, to, term } = message;
  let text = `${indent}${formatNode(from)}->${formatNode(to)} ${messageName(message)} Term:${term}`;
  text += ` Log:${fields.logTerm ?? 0}/${fields.index ?? 0}`;
  if (fields.rejectHint !== undefined) text += ` Rejected (Hint: ${fields.rejectHint})`;
  if (fields.commit) text += ` Commit:${fields.commit}`;
  if (fields.vote) text += ` Vote:${fields.vote}`;
  text += formatEntryList(fields.entries ?? [], indent);
  if (fields.snapshot) text += `\n${indent}  Snapshot: ${formatSnapshot(fields.snapshot)}`;
  const { responses = [] } = fields;
  if (responses.length > 0) {
    const lines = responses.map(response => `\n${formatMessage(response, `${indent}  `)}`);
    text += ` Responses:[${lines.join('')}\n${indent}]`;
  }
  return text;
}

function readStateBytes(context: string): string {
  return [...new TextEncoder().encode(context)].join(' ');
}

/** Ends in a newline unless it is empty. */
export function formatReady(ready: Ready): string {
  const lines: string[] = [];
  const { softState, hardState, readStates, entries, snapshot, committedEntries } = ready;
  if (softState) lines.push(`Lead:${softState.leader} State:${roleName(softState.role)}`);
  if (hardState) lines.push(`HardState ${formatHardState(hardState)}`);
  if (readStates.length > 0) {
    const states = readStates.map(state => `{${state.index} [${readStateBytes(state.context)}]}`);
    lines.push(`ReadStates [${states.join(' ')}]`);
  }
  if (entries.length > 0) lines.push('Entries:', ...entries.map(formatEntry));
  if (snapshot) lines.push(`Snapshot ${formatSnapshot(snapshot)}`);
  if (committedEntries.length > 0) {
    lines.push('CommittedEntries:', ...committedEntries.map(formatEntry));
  }
  if (ready.messages.length > 0) {
    lines.push('Messages:', ...ready.messages.map(message => formatMessage(message)));
  }
  if (lines.length === 0) return '<empty Ready>';
  return `Ready MustSync=${ready.mustSync}:\n${lines.join('\n')}\n`;
}

export function formatProgress(progress: ProgressStatus): string {
  let text = `${progress.id}: ${PROGRESS_NAMES[progress.state]}`;
  text += ` match=${progress.match} next=${progress.next}`;
  if (progress.isLearner) text += ' learner';
  if (progress.isPaused) text += ' paused';
  if (progress.pendingSnapshot > 0) text += ` pendingSnap=${progress.pendingSnapshot}`;
  if (!progress.recentActive) text += ' inactive';
  if (progress.inflightMessages > 0) {
    text += ` inflight=${progress.inflightMessages}${progress.isInflightFull ? '[full]' : ''}`;
  }
  return `${text}\n`;
}

const hexList = (ids: readonly RaftId[]): string => `(${ids.map(id => id.toString(16)).join(' ')})`;

/** As the logger prints a configuration. */
export function formatConfiguration(configuration: ConfState): string {
  const { voters, outgoing, learners, learnersNext, autoLeave } = configuration;
  let text = `voters=${hexList(voters)}`;
  if (outgoing.length > 0) text += `&&${hexList(outgoing)}`;
  if (learners.length > 0) text += ` learners=${hexList(learners)}`;
  if (learnersNext.length > 0) text += ` learners_next=${hexList(learnersNext)}`;
  return autoLeave ? `${text} autoleave` : text;
}
