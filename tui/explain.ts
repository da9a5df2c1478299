/**
 * What is selected, in words: what it is, and why it is so.
 *
 * @module
 */
import type { ClusterStatus, LinkStatus, NodeStatus, RaftStatus } from '../src/runtime/status.js';
import { selectedEvent } from './event-lines.js';
import { type EntryAt, type EntryKnowledge, entryHolders, explainEntry } from './explain-entry.js';
import { explainEvent } from './explain-event.js';
import { explainMessage } from './explain-message.js';
import { duration, grouped, probability } from './format.js';
import { selectedMessage } from './messages.js';
import { effectOfLosing, reachableVoters } from './quorum-effect.js';
import { entryCursor } from './selection.js';
import type { State } from './state.js';

export interface Explanation {
  readonly title: string;
  /** One paragraph each; an empty one is a blank line. */
  readonly lines: readonly string[];
  /** Of a log entry: which one. */
  readonly entry?: EntryAt;
}

function nodeNames(nodes: readonly number[]): string {
  return nodes.length === 0 ? 'nobody' : nodes.map(node => `n${node}`).join(', ');
}

function isAhead(a: RaftStatus, b: RaftStatus): boolean {
  return a.lastTerm > b.lastTerm || (a.lastTerm === b.lastTerm && a.lastIndex > b.lastIndex);
}

/** Why a node can or cannot win an election: a majority must have a log no further than its own. */
function electability(node: NodeStatus, raft: RaftStatus, status: ClusterStatus): string {
  const voters = status.nodes.filter(other => other.state === 'up');
  const ahead = voters.filter(other => other.raft !== null && isAhead(other.raft, raft));
  const end = `its log ends at entry ${raft.lastIndex} of term ${raft.lastTerm}`;
  const mayVote = voters.length - ahead.length;
  if (mayVote >= status.quorum) {
    return `It could win an election: ${end}, and ${mayVote} running nodes, of ${status.quorum} needed, have no more than that.`;
  }
  return `It cannot win an election now: ${end}, and ${nodeNames(ahead.map(other => other.node))} have more; only ${mayVote} would vote for it, ${status.quorum} are needed. n${node.node} must be given the missing entries first.`;
}

function reachability(node: NodeStatus, status: ClusterStatus): string {
  const size = status.nodes.length;
  const isOpen = (from: number, to: number): boolean => {
    const faults = status.links[from * size + to]?.faults;
    return faults !== undefined && faults.drop < 1 && !faults.clogged;
  };
  const others = status.nodes.filter(other => other.node !== node.node && other.state === 'up');
  const both = others.filter(other => isOpen(node.node, other.node) && isOpen(other.node, node.node));
  const text = `It reaches ${both.length + 1} of ${size} nodes, itself included; ${status.quorum} make a quorum.`;
  return both.length + 1 < status.quorum
    ? `${text} Cut off from the majority, it can neither lead nor commit.`
    : text;
}

function roleText(node: NodeStatus, raft: RaftStatus, status: ClusterStatus): string {
  switch (raft.role) {
    case 'leader': {
      const active = raft.progress.filter(follower => follower.active).length;
      const text = `It leads in term ${raft.term}: it takes all writes and sends them to the others, with a heartbeat every ${status.heartbeatMs} ms. ${active} followers answer.`;
      const isDeposed = status.leader !== node.node;
      return isDeposed
        ? `${text} But it is not the leader of the majority: what it takes now cannot commit, and it steps down when it hears of a newer term or misses its quorum.`
        : text;
    }
    case 'follower':
      return raft.leader === null
        ? `It follows nobody: it has not heard of a leader in term ${raft.term}. When its timer of ${raft.electionTimeoutMs} ms runs out it asks whether it could win an election.`
        : `It follows n${raft.leader} in term ${raft.term}. Should no heartbeat come for ${raft.electionTimeoutMs} ms it asks whether it could win an election.`;
    case 'pre-candidate':
      return `Its timer ran out. Before it disturbs the others with a new term it asks whether they would vote for it (pre-vote): ${raft.votesGranted.length} of ${status.quorum} so far said yes.`;
    case 'candidate':
      return `Its timer ran out and it asks for votes in term ${raft.term}: it has those of ${nodeNames(raft.votesGranted)}, ${raft.votesGranted.length} of ${status.quorum} needed.`;
  }
}

function stateText(node: NodeStatus, nowMs: number): string {
  const since = duration(nowMs - node.sinceMs);
  switch (node.state) {
    case 'up':
      return `n${node.node} has been running for ${since} at ${node.host}:${node.port}.`;
    case 'starting':
      return `n${node.node} is starting: it reads its log from the disk.`;
    case 'paused':
      return `n${node.node} has been paused for ${since}: its thread stands still, its memory is kept. p resumes it.`;
    case 'down':
      return `n${node.node} has been down for ${since}. What it had made durable is on its disk; r starts it again.`;
    case 'faulty':
      return `n${node.node} is out of service: ${node.lastError ?? 'it keeps crashing'}. It is left down until r starts it.`;
    case 'removed':
      return `n${node.node} is not a member of the cluster.`;
  }
}

/** For each node not in step with the leader: by how much. */
function logText(raft: RaftStatus, node: NodeStatus, status: ClusterStatus): string {
  const leader = status.leader === null ? undefined : status.nodes[status.leader];
  const own = `Its log holds entries ${raft.firstIndex} to ${raft.lastIndex}; up to ${raft.commit} they are committed, up to ${raft.applied} applied.`;
  if (leader?.raft == null || leader.node === node.node) return own;
  const missing = leader.raft.lastIndex - raft.lastIndex;
  if (missing > 0) return `${own} The leader has ${grouped(missing)} more.`;
  return missing < 0 && raft.lastTerm !== leader.raft.term
    ? `${own} The last ${-missing} are not the leader's: they will be replaced.`
    : own;
}

export function explainNode(node: NodeStatus, status: ClusterStatus): Explanation {
  const { raft } = node;
  const lines = [stateText(node, status.atMs)];
  const isMember = node.state !== 'removed';
  if (raft !== null) {
    if (node.state === 'up') lines.push(roleText(node, raft, status), reachability(node, status));
    lines.push(logText(raft, node, status));
    if (raft.role !== 'leader' && isMember && node.state === 'up')
      lines.push(electability(node, raft, status));
  }
  if (node.state === 'up' && isMember) {
    const { after, quorum, losesQuorum } = effectOfLosing(status, [node.node]);
    const end = losesQuorum ? 'no write could commit.' : 'writes go on.';
    lines.push(`Without it a leader would reach ${after} nodes, of ${quorum} needed: ${end}`);
  }
  if (node.diskFault !== null) lines.push(`Its disk has a fault: ${node.diskFault}.`);
  if (node.clockOffsetMs !== 0) lines.push(`Its clock is ${node.clockOffsetMs} ms off.`);
  if (node.restarts > 0)
    lines.push(`It was restarted ${node.restarts} times. ${node.lastError ?? ''}`.trim());
  return { title: `Node ${node.node}`, lines };
}

export function explainLink(link: LinkStatus, status: ClusterStatus): Explanation {
  const { faults, counters, from, to } = link;
  const title = `Link ${from} to ${to}`;
  if (from === to) return { title, lines: ['A node does not send messages to itself.'] };
  const lines = [
    faults.drop === 0
      ? `Messages from n${from} to n${to} are not dropped.`
      : faults.drop === 1
        ? `The link is cut: every message from n${from} to n${to} is dropped.`
        : `Each message from n${from} to n${to} is dropped with probability ${probability(faults.drop)}.`,
    `${grouped(counters.sent)} were sent, ${grouped(counters.delivered)} delivered, ${grouped(counters.dropped)} dropped, ${grouped(counters.delayed)} delayed, ${grouped(counters.duplicated)} delivered twice.`,
  ];
  if (faults.delayMs + faults.jitterMs > 0) {
    lines.push(`Each is delayed by ${faults.delayMs} ms, plus up to ${faults.jitterMs} ms.`);
  }
  if (faults.duplicate > 0)
    lines.push(`Each is delivered twice with probability ${probability(faults.duplicate)}.`);
  if (faults.reorder > 0)
    lines.push(`Each may be overtaken with probability ${probability(faults.reorder)}.`);
  if (faults.clogged) lines.push('The link is clogged: messages are held until it is opened.');
  if (faults.filtered.length > 0) lines.push(`Never delivered: ${faults.filtered.join(', ')}.`);
  const back = status.links[to * status.nodes.length + from]?.faults.drop ?? 0;
  lines.push(`Directions are independent; ${to} to ${from} loses ${probability(back)}.`);
  return { title, lines };
}

function explainQuorum(status: ClusterStatus): Explanation {
  const reachable = reachableVoters(status);
  const lines = [
    status.leader === null
      ? 'There is no leader now: no write is taken.'
      : `n${status.leader} leads in term ${status.term}.`,
    `The best connected node reaches ${reachable} voters, itself included; ${status.quorum} make a quorum.`,
    reachable >= status.quorum
      ? 'So a leader can be elected and writes can commit.'
      : 'So nobody can be elected, and no write can commit until links are healed or nodes revived.',
  ];
  return { title: 'Cluster', lines };
}

function explainSelectedEntry(state: State, status: ClusterStatus): Explanation | null {
  const at = entryCursor(state);
  const node = status.nodes[state.node];
  if (at === null || node === undefined) return node === undefined ? null : explainNode(node, status);
  const knowledge: EntryKnowledge =
    state.replay === null
      ? entryHolders(at, status).length > 0
        ? { kind: 'asking' }
        : { kind: 'unknown', why: 'no running node has it' }
      : { kind: 'unknown', why: 'a recording does not hold the commands' };
  const text = explainEntry(at, status, knowledge);
  if (text !== null) return knowledge.kind === 'asking' ? { ...text, entry: at } : text;
  const title = `Entry ${at.index}, in the log of n${at.node}`;
  return { title, lines: [`n${at.node} does not have it.`, logEnd(node)] };
}

function logEnd({ node, raft }: NodeStatus): string {
  return raft === null ? `n${node} has not reported.` : `Its log ends at entry ${raft.lastIndex}.`;
}

/** Explains what the focused panel has selected; null: nothing yet. */
export function explainSelection(state: State): Explanation | null {
  const { status, focus, link } = state;
  if (status === null) return null;
  switch (focus) {
    case 'links': {
      const selected = status.links[link.from * status.nodes.length + link.to];
      return selected === undefined ? null : explainLink(selected, status);
    }
    case 'messages': {
      const message = selectedMessage(state);
      return message === null || state.messages === null
        ? null
        : explainMessage(message, state.messages, status);
    }
    case 'load':
      return explainQuorum(status);
    case 'events': {
      const event = selectedEvent(state);
      return event === null ? null : explainEvent(event, status);
    }
    case 'log':
      return explainSelectedEntry(state, status);
    case 'nodes':
    case 'roles':
    case 'store':
    case 'session': {
      const node = status.nodes[state.node];
      return node === undefined ? null : explainNode(node, status);
    }
  }
}
