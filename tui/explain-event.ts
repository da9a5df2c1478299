/**
 * One line of the events in words: what such a thing means, and what follows from it.
 *
 * @module
 */
import type { ClusterStatus } from '../src/runtime/status.js';
import type { EventLine } from './event-lines.js';
import type { Explanation } from './explain.js';
import { clockTime, probability } from './format.js';

function who(node: number | null): string {
  return node === null ? 'the cluster' : `n${node}`;
}

function electionText(line: EventLine, status: ClusterStatus): string {
  const min = Math.round(status.electionTimeoutMs / 2);
  return `${who(line.node)} had not heard of a leader for as long as its timer ran (a random time, here up to ${status.electionTimeoutMs} ms, so that rarely two stand at once: at least about ${min} ms). A majority had said that it would vote for it, so it began a new term, voted for itself and asks the others for their votes; ${status.quorum} are needed.`;
}

function leaderText(line: EventLine, status: ClusterStatus): string {
  return `${who(line.node)} has the votes of a majority, ${status.quorum} of ${status.nodes.length}. No other node can win in this term, since each votes once. Its log holds everything that was committed: a majority has that, and nobody votes for a log that holds less. It begins its term with an entry of its own.`;
}

/** `lost Heartbeat 3 → 2 (drop), and 5 others before it`. */
const LOST = /^lost (\S+) (\d+) → (\d+) \(([\w-]+)\)(?:, and (\d+) others before it)?/;

const LOSS_REASONS: Readonly<Record<string, string>> = {
  filter: 'the link lets this kind of message not pass',
  overflow: 'the link held too many messages, and the oldest give way',
  'mailbox-full': 'the inbox of the receiver was full',
};

const CONSEQUENCES: Readonly<Record<string, string>> = {
  Heartbeat: 'Should it miss enough of them in a row, its timer runs out and it asks for an election.',
  HeartbeatReply: 'A leader that misses them of a majority steps down.',
  AppendEntries: 'The leader sees that the answer is missing and sends the entries again.',
  AppendEntriesReply: 'The leader does not know that the entries have arrived, and sends them again.',
  RequestVote: 'The candidate has one vote less to hope for.',
  RequestVoteReply: 'The vote was given and is on the disk of the voter, but the candidate does not have it.',
  PreVote: 'One voter less was asked.',
  PreVoteReply: 'One answer less came back.',
  Propose: 'The node proposes it again, until the time of the client is over: then the outcome is unknown.',
};

function lossText(line: EventLine, status: ClusterStatus): string | null {
  const [, kind = '', from = '', to = '', reason = '', others] = LOST.exec(line.text) ?? [];
  if (kind === '') return null;
  const drop = status.links[Number(from) * status.nodes.length + Number(to)]?.faults.drop ?? 0;
  const cause =
    LOSS_REASONS[reason] ??
    (drop === 1 ? 'the link is cut' : `the link loses each message with probability ${probability(drop)}`);
  const more =
    others === undefined ? '' : ` ${others} more were lost on all links since the last line like this.`;
  return `A ${kind} from n${from} did not reach n${to}: ${cause}. ${CONSEQUENCES[kind] ?? ''}${more} In the links, v shows the messages between two nodes.`;
}

function meaning(line: EventLine, status: ClusterStatus): string {
  const node = who(line.node);
  switch (line.kind) {
    case 'election':
      return electionText(line, status);
    case 'leader':
      return leaderText(line, status);
    case 'step-down':
      return `${node} leads no longer: it has heard of a newer term, or has not heard of a majority for an election timeout. What it took and could not commit may be replaced; its clients were told that the outcome is unknown.`;
    case 'vote':
      return `A vote is on the disk of its giver before it is told: it gives no other in this term, also after a crash. ${status.quorum} votes, that of the candidate itself included, make a leader.`;
    case 'crash':
      return `The thread of ${node} ended by itself. What was on its disk is kept; it is started again unless it keeps crashing.`;
    case 'restart':
      return `${node} runs: it has read its log from its disk, and follows whoever leads in the newest term.`;
    case 'snapshot':
      return 'A snapshot is the whole state as of one entry. The log before it can be cut off; a node that needs what was cut off is given the snapshot instead.';
    case 'membership':
      return 'A change of who belongs to the cluster goes through the log like any command, and through majorities of the old and the new members.';
    case 'alarm':
      return `Something that should not happen, or that needs a person.`;
    case 'fault':
      return lossText(line, status) ?? faultText(line);
    case 'command':
    case 'kv':
      return 'Asked of the cluster by somebody else: a client of a port, a script, or another terminal.';
    case 'you':
      return 'A command from here: it was typed, pasted, or stands for a key.';
  }
}

function faultText({ text, node }: EventLine): string {
  const name = who(node);
  if (text === 'killed')
    return `The thread of ${name} was ended at once, as in a crash: nothing was flushed, its connections are gone. r starts it again.`;
  if (text === 'paused')
    return `The thread of ${name} stands still, as a process does that is stopped: it answers nothing, and keeps its memory and what it believes.`;
  if (text === 'resumed')
    return `${name} goes on where it stood. If it led, it still believes so, until it hears of the newer term.`;
  return 'A fault that was asked for, or what came of one.';
}

export function explainEvent(line: EventLine, status: ClusterStatus): Explanation {
  const outcome = line.outcome === null ? 'no answer yet' : line.outcome;
  const answer = line.kind === 'you' ? [`${outcome}: ${line.answer}`] : [];
  const subject = line.node === null ? '' : `n${line.node} `;
  return {
    title: `${clockTime(line.atMs)} ${line.kind === 'you' ? 'command' : line.kind}`,
    lines: [`${subject}${line.text}`, ...answer, '', meaning(line, status)],
  };
}
