/**
 * One message in words: what it is for, what became of it and why, and what was answered.
 *
 * @module
 */
import type { ClusterStatus, LinkStatus } from '../src/runtime/status.js';
import type { Explanation } from './explain.js';
import { clockTime, grouped, milliseconds, probability } from './format.js';
import { isLost, type LinkMessages, numberOf, type SeenMessage } from './messages.js';

/** What answers what. */
const REPLIES: Readonly<Record<string, string>> = {
  AppendEntries: 'AppendEntriesReply',
  Heartbeat: 'HeartbeatReply',
  RequestVote: 'RequestVoteReply',
  PreVote: 'PreVoteReply',
  ReadIndex: 'ReadIndexReply',
  SnapshotChunk: 'SnapshotChunkReply',
};

function appendPurpose(message: SeenMessage): string {
  const { from, to } = message;
  const count = numberOf(message, 'entries');
  const previous = numberOf(message, 'prevLogIndex');
  const previousTerm = numberOf(message, 'prevLogTerm');
  const what =
    count === 0
      ? `n${from}, who leads in term ${numberOf(message, 'term')}, asks whether n${to} has entry ${previous} of term ${previousTerm}.`
      : `n${from}, who leads in term ${numberOf(message, 'term')}, sends ${grouped(count)} ${count === 1 ? 'entry' : 'entries'} of its log: ${previous + 1}${count === 1 ? '' : ` to ${previous + count}`}.`;
  const check =
    previous === 0
      ? `They begin the log.`
      : `n${to} takes them only if its log has entry ${previous} of term ${previousTerm} before them: so logs that agree there agree in everything before.`;
  const commit = `It also says that the log is committed up to ${numberOf(message, 'commit')}.`;
  return count === 0 ? `${what} ${commit}` : `${what} ${check} ${commit}`;
}

function appendReply(message: SeenMessage): string {
  const { from, to, fields } = message;
  const index = numberOf(message, 'index');
  if (fields.reject !== true) {
    return `n${from} tells the leader n${to} that its log agrees up to entry ${index} and is on its disk. With such answers of a majority the leader commits.`;
  }
  return `n${from} refuses: its log does not have the entry before (${index}) in the same term. Its log fits at most up to ${numberOf(message, 'hintIndex')} of term ${numberOf(message, 'hintTerm')}: n${to} tries again from there.`;
}

function votePurpose(message: SeenMessage): string {
  const { from, to, kind, fields } = message;
  const term = numberOf(message, 'term');
  const end = `its log ends at entry ${numberOf(message, 'lastLogIndex')} of term ${numberOf(message, 'lastLogTerm')}`;
  const rule = `n${to} says yes only to a log that holds no less than its own`;
  const forced = fields.forced === true ? ' The leader has asked for this election itself.' : '';
  return kind === 'PreVote'
    ? `n${from} asks whether n${to} would vote for it in term ${term}: ${end}. Nothing changes by this yet: a node that cannot win need not disturb the others. ${rule}, and only if it hears of no leader itself.${forced}`
    : `n${from} asks n${to} for its vote in term ${term}: ${end}. ${rule}, and to one candidate a term.${forced}`;
}

/** Why a voter said no, as far as its state tells. */
function refusalReason(voter: number, candidate: number, term: number, status: ClusterStatus): string {
  const raft = status.nodes[voter]?.raft;
  const other = status.nodes[candidate]?.raft;
  if (raft == null || other == null) return '';
  if (raft.term > term) return ` It has seen term ${raft.term} since.`;
  if (raft.term === term && raft.vote !== null && raft.vote !== candidate)
    return ` In term ${term} it has voted for n${raft.vote} already.`;
  const isAhead =
    raft.lastTerm > other.lastTerm || (raft.lastTerm === other.lastTerm && raft.lastIndex > other.lastIndex);
  if (isAhead)
    return ` Its log ends at entry ${raft.lastIndex} of term ${raft.lastTerm}, that of n${candidate} at ${other.lastIndex} of term ${other.lastTerm}: entries might be lost.`;
  return raft.leader === null ? '' : ` It hears of a leader, n${raft.leader}: there is no need of another.`;
}

function voteReply(message: SeenMessage, status: ClusterStatus): string {
  const { from, to, kind, fields } = message;
  const term = numberOf(message, 'term');
  if (fields.reject === true) {
    const head = kind === 'PreVoteReply' ? 'would not vote' : 'does not vote';
    return `n${from} ${head} for n${to} in term ${term}.${refusalReason(from, to, term, status)}`;
  }
  return kind === 'PreVoteReply'
    ? `n${from} would vote for n${to} in term ${term}. With a majority of such answers n${to} becomes a candidate.`
    : `n${from} votes for n${to} in term ${term}; the vote is on its disk. ${status.quorum} votes, its own included, make a leader.`;
}

function purpose(message: SeenMessage, status: ClusterStatus): string {
  const { from, to, kind } = message;
  switch (kind) {
    case 'AppendEntries':
      return appendPurpose(message);
    case 'AppendEntriesReply':
      return appendReply(message);
    case 'RequestVote':
    case 'PreVote':
      return votePurpose(message);
    case 'RequestVoteReply':
    case 'PreVoteReply':
      return voteReply(message, status);
    case 'Heartbeat':
      return `n${from} says that it still leads in term ${numberOf(message, 'term')}, and that the log is committed up to ${numberOf(message, 'commit')} as far as n${to} has it. It keeps n${to} from an election.`;
    case 'HeartbeatReply':
      return `n${from} still follows n${to}. A leader that misses such answers of a majority steps down, and needs them before it answers a read.`;
    case 'InstallSnapshot':
      return `n${to} lacks entries that n${from} has no longer: it is to take the state as of entry ${numberOf(message, 'snapshotIndex')} instead.`;
    case 'SnapshotChunk':
      return `A piece of a snapshot: bytes from ${grouped(numberOf(message, 'offset'))}, of ${grouped(numberOf(message, 'totalBytes'))}.`;
    case 'SnapshotChunkReply':
      return `n${from} has the snapshot up to byte ${grouped(numberOf(message, 'offset'))}.`;
    case 'Propose':
      return `Clients of n${from} want to write: it passes what they sent on to n${to}, the leader as far as it knows.`;
    case 'ProposeRefused':
      return `n${from} did not append what n${to} proposed: it is to be tried elsewhere.`;
    case 'ReadIndex':
      return `A client of n${from} wants to read: how far must n${from} have applied the log, so that the answer is not old?`;
    case 'ReadIndexReply':
      return `n${to} may answer the read once it has applied entry ${numberOf(message, 'index')}.`;
    case 'TimeoutNow':
      return `n${from} hands leadership over: n${to} is to stand at once, without waiting for its timer.`;
    case 'TransferLeader':
      return `n${from} asks n${to} to hand leadership over.`;
    case 'StateHash':
      return `The hash of the state at entry ${numberOf(message, 'index')}: replicas compare, so that one that went astray is found.`;
    case 'Removed':
      return `n${to} is told that it is no member any more.`;
    default:
      return 'A kind of message this program does not know.';
  }
}

function lossReason({ fate, from, to, kind }: SeenMessage, link: LinkStatus | undefined): string {
  switch (fate) {
    case 'drop': {
      const drop = link?.faults.drop ?? 0;
      if (drop === 1) return `It was lost: the link from n${from} to n${to} is cut.`;
      return drop === 0
        ? `It was lost: the link lost messages then; now it loses none.`
        : `It was lost: the link loses each message with probability ${probability(drop)}, and it met this one.`;
    }
    case 'filter':
      return `It was taken out: the link lets no ${kind} pass.`;
    case 'overflow':
      return 'It was lost: the link held too many messages, and the oldest give way.';
    case 'node-down':
      return `It was lost: n${to} was down.`;
    case 'mailbox-full':
      return `It was lost: the inbox of n${to} was full.`;
    case 'delivered':
    case 'held':
      return '';
  }
}

function fate(message: SeenMessage, status: ClusterStatus): string {
  const { from, to, atMs, settledAtMs, copies } = message;
  const link = status.links[from * status.nodes.length + to];
  if (isLost(message)) return lossReason(message, link);
  if (message.fate === 'held') {
    return link?.faults.clogged === true
      ? 'It is held: the link is clogged, and lets it go when it is opened.'
      : 'It is on its way: the link delays it.';
  }
  const waited =
    settledAtMs - atMs >= 1 ? `, ${milliseconds(settledAtMs - atMs)} ms late by the link's faults` : '';
  return copies > 1
    ? `It was delivered ${copies} times${waited}: the link duplicates. Raft takes the second for what it is.`
    : `It was delivered${waited}.`;
}

/** The first answer that fits: of the same term, and for entries one that speaks of them. */
function replyTo(message: SeenMessage, all: readonly SeenMessage[]): SeenMessage | undefined {
  const kind = REPLIES[message.kind];
  const last = numberOf(message, 'prevLogIndex') + numberOf(message, 'entries');
  return all.find(
    other =>
      other.kind === kind &&
      other.from === message.to &&
      other.atMs >= message.settledAtMs &&
      numberOf(other, 'term') >= numberOf(message, 'term') &&
      (kind !== 'AppendEntriesReply' || other.fields.reject === true || numberOf(other, 'index') >= last) &&
      (kind !== 'HeartbeatReply' || numberOf(other, 'readSequence') >= numberOf(message, 'readSequence')),
  );
}

function answer(message: SeenMessage, all: readonly SeenMessage[], status: ClusterStatus): string {
  if (!(message.kind in REPLIES)) return '';
  if (message.fate !== 'delivered') return 'So it has no answer.';
  const reply = replyTo(message, all);
  if (reply === undefined) {
    const receiver = status.nodes[message.to];
    return receiver?.state === 'up'
      ? 'No answer to it has been seen so far.'
      : `No answer to it has been seen: n${message.to} is ${receiver?.state ?? 'gone'}.`;
  }
  const afterMs = milliseconds(Math.max(0, reply.atMs - message.settledAtMs));
  const words = `Answered ${afterMs} ms later: ${purpose(reply, status)}`;
  return reply.fate === 'delivered'
    ? words
    : `${words} But the answer did not arrive. ${fate(reply, status)}`;
}

export function explainMessage(
  message: SeenMessage,
  { messages, epochMs }: LinkMessages,
  status: ClusterStatus,
): Explanation {
  const { kind, from, to, atMs } = message;
  const lines = [purpose(message, status), fate(message, status), answer(message, messages, status)];
  return {
    title: `${kind} from n${from} to n${to}, ${clockTime(epochMs + atMs)}`,
    lines: lines.filter(line => line !== ''),
  };
}
