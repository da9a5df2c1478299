/**
 * The messages of one link as the panel and the explanations need them.
 *
 * @module
 */
import type { MessageFate, SeenMessage, SeenMessages } from '../src/runtime/message-tap.js';
import { milliseconds } from './format.js';
import type { LinkAt, State } from './state.js';

export type { SeenMessage } from '../src/runtime/message-tap.js';

export interface LinkMessages {
  /** Both directions are in `messages`. */
  readonly link: LinkAt;
  /** Oldest first. */
  readonly messages: readonly SeenMessage[];
  /** Added to a time of the router's clock it gives milliseconds since the epoch. */
  readonly epochMs: number;
  /** Why there are none; empty: there may be some. */
  readonly problem: string;
}

export const MESSAGE_FILTERS = ['all', 'without heartbeats', 'lost or held'] as const;
export type MessageFilter = (typeof MESSAGE_FILTERS)[number];

/** The line that asks the cluster for the messages between two nodes, and its answer. */
export function messagesQuery({ from, to }: LinkAt): string {
  return `debug messages:${to} ${from}`;
}

/** @throws SyntaxError, or TypeError when it is something else */
export function readMessages(text: string): SeenMessages {
  const answer = JSON.parse(text) as Partial<SeenMessages> | null;
  if (!Array.isArray(answer?.messages) || typeof answer.nowMs !== 'number') {
    throw new TypeError('this cluster does not tell its messages');
  }
  return { nowMs: answer.nowMs, messages: answer.messages };
}

export function isLost({ fate }: SeenMessage): boolean {
  return fate !== 'delivered' && fate !== 'held';
}

/** What the panel lists, of the state's link. */
export function shownMessages({ messages, messageFilter }: State): readonly SeenMessage[] {
  const all = messages?.messages ?? [];
  switch (messageFilter) {
    case 'all':
      return all;
    case 'without heartbeats':
      return all.filter(({ kind }) => !kind.startsWith('Heartbeat'));
    case 'lost or held':
      return all.filter(({ fate }) => fate !== 'delivered');
  }
}

/** The selected message, or the newest. */
export function selectedMessage(state: State): SeenMessage | null {
  const shown = shownMessages(state);
  return shown.find(({ sequence }) => sequence === state.message) ?? shown.at(-1) ?? null;
}

/** A number among the fields of a message; 0 when it has none of this name. */
export function numberOf({ fields }: SeenMessage, name: string): number {
  const value = fields[name];
  return typeof value === 'number' ? value : 0;
}

function entriesText(message: SeenMessage): string {
  const count = numberOf(message, 'entries');
  const first = numberOf(message, 'prevLogIndex') + 1;
  if (count === 0) return `no entries, after ${first - 1}`;
  return count === 1 ? `entry ${first}` : `entries ${first}–${first + count - 1}`;
}

/** What a message says, in a few words. */
export function messageText(message: SeenMessage): string {
  const { kind, fields } = message;
  const number = (name: string): number => numberOf(message, name);
  switch (kind) {
    case 'AppendEntries':
      return `${entriesText(message)}, commit ${number('commit')}`;
    case 'AppendEntriesReply':
      return fields.reject === true ? `refused at ${number('index')}` : `has up to ${number('index')}`;
    case 'RequestVote':
    case 'PreVote':
      return `log ends at ${number('lastLogIndex')}, term ${number('lastLogTerm')}`;
    case 'RequestVoteReply':
    case 'PreVoteReply':
      return fields.reject === true ? 'no' : 'yes';
    case 'Heartbeat':
      return `commit ${number('commit')}`;
    case 'InstallSnapshot':
      return `snapshot at ${number('snapshotIndex')}, term ${number('snapshotTerm')}`;
    case 'SnapshotChunk':
      return `bytes from ${number('offset')} of ${number('totalBytes')}`;
    case 'SnapshotChunkReply':
      return fields.refused === true ? 'refused' : `has up to byte ${number('offset')}`;
    case 'Propose':
      return number('entries') === 1 ? 'a batch of clients' : `${number('entries')} batches of clients`;
    case 'ReadIndexReply':
    case 'StateHash':
      return `index ${number('index')}`;
    default:
      return '';
  }
}

const LOSSES: Readonly<Record<Exclude<MessageFate, 'delivered' | 'held'>, string>> = {
  drop: 'lost on the link',
  filter: 'filtered out',
  overflow: 'lost: queue full',
  'node-down': 'lost: node down',
  'mailbox-full': 'lost: inbox full',
};

/** What became of it, in a few words. */
export function fateText({ fate, atMs, settledAtMs, copies }: SeenMessage): string {
  if (fate === 'held') return 'held';
  if (fate !== 'delivered') return LOSSES[fate];
  const waitedMs = settledAtMs - atMs;
  const late = waitedMs >= 1 ? ` +${milliseconds(waitedMs)} ms` : '';
  return `delivered${copies > 1 ? ` ${copies}x` : ''}${late}`;
}

/** The link whose messages are on the screen; null: none. */
export function watchedLink({ focus, link, mode, replay }: State): LinkAt | null {
  const isShown = focus === 'messages' && mode.kind !== 'help';
  return isShown && replay === null && link.from !== link.to ? link : null;
}

export function openMessages(state: State, link: LinkAt): State {
  const last = (state.status?.nodes.length ?? 1) - 1;
  if (Math.max(link.from, link.to) > last) {
    return { ...state, toast: { kind: 'bad', line: '', text: `there are nodes 0 to ${last}` } };
  }
  return { ...state, link, focus: 'messages', message: null, mode: { kind: 'panels' } };
}
