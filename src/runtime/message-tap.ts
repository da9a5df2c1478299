/**
 * The last messages of every link with what became of each, while somebody looks: kept only for a few seconds after they were
 * last asked for, so that a cluster nobody watches pays nothing.
 *
 * @module
 */
import { decodeMessage } from '../node/codec.js';
import { type Frame, MESSAGE_KINDS } from '../node/frame.js';
import { messageAt, messageCount, type PackedMessage } from './frame-pack.js';
import type { DropReason } from './router-link.js';
import type { Schedule } from './sleep-watch.js';

/** `held`: waits for its delay or the end of a clog. */
export type MessageFate = 'delivered' | 'held' | DropReason;

export interface SeenMessage {
  /** Grows by one a message of this cluster. */
  readonly sequence: number;
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  /** Of the router's clock. */
  readonly atMs: number;
  readonly fate: MessageFate;
  /** When its fate was decided: later than `atMs` for what was held. */
  readonly settledAtMs: number;
  /** Times it was handed over; 2 of a duplicated one. */
  readonly copies: number;
  /** Its numbers and flags; of its entries their number; of a snapshot index and term. */
  readonly fields: Readonly<Record<string, number | boolean | string>>;
}

export interface SeenMessages {
  /** Of the router's clock, for the age of the messages. */
  readonly nowMs: number;
  readonly messages: readonly SeenMessage[];
}

const MESSAGES_PER_LINK = 200;
const WATCHED_MS = 5_000;

type Settled = { -readonly [Field in keyof SeenMessage]: SeenMessage[Field] };

export class MessageTap {
  readonly #now: () => number;
  readonly #schedule: Schedule;
  readonly #onSwitch: () => void;
  readonly #links = new Map<string, Settled[]>();
  #onUntilMs = 0;
  #cancelEnd: (() => void) | null = null;
  #sequence = 0;

  /** `onSwitch` is called when messages are to be noted from now on, and when not any more. */
  constructor(now: () => number, schedule: Schedule, onSwitch: () => void) {
    this.#now = now;
    this.#schedule = schedule;
    this.#onSwitch = onSwitch;
  }

  /** Whether messages are to be noted. */
  get isOn(): boolean {
    return this.#cancelEnd !== null;
  }

  dispose(): void {
    this.#cancelEnd?.();
    this.#cancelEnd = null;
    this.#links.clear();
  }

  /** The newest messages between two nodes, both directions, in the order they were sent. Keeps the tap on for a while. */
  between(one: number, other: number): SeenMessages {
    const nowMs = this.#now();
    this.#onUntilMs = nowMs + WATCHED_MS;
    if (!this.isOn) {
      this.#endAt(nowMs);
      this.#onSwitch();
    }
    const both = [...this.#linkOf(one, other), ...this.#linkOf(other, one)];
    return { nowMs, messages: both.sort((a, b) => a.sequence - b.sequence).map(seen => ({ ...seen })) };
  }

  /** A frame that passed, or was lost, as a whole. */
  noteFrame({ from, to }: Frame, messages: readonly PackedMessage[], fate: MessageFate): void {
    for (const message of messages) this.note(from, to, message, fate);
  }

  note(from: number, to: number, message: PackedMessage, fate: MessageFate): void {
    const link = this.#linkOf(from, to);
    const nowMs = this.#now();
    link.push({
      sequence: ++this.#sequence,
      from,
      to,
      kind: MESSAGE_KINDS[message.kind] ?? 'unknown',
      atMs: nowMs,
      fate,
      settledAtMs: nowMs,
      copies: fate === 'delivered' ? 1 : 0,
      fields: fieldsOf(message),
    });
    if (link.length > MESSAGES_PER_LINK) link.shift();
  }

  /** A message that was held goes on its way, or a second copy of one. */
  noteRelease(from: number, to: number, message: PackedMessage, fate: MessageFate): void {
    const kind = MESSAGE_KINDS[message.kind] ?? 'unknown';
    const text = JSON.stringify(fieldsOf(message));
    const isIt = (seen: Settled): boolean => seen.kind === kind && JSON.stringify(seen.fields) === text;
    const link = this.#linkOf(from, to);
    const seen = link.find(one => one.fate === 'held' && isIt(one)) ?? link.findLast(isIt);
    if (seen === undefined) return;
    seen.fate = fate;
    seen.settledAtMs = this.#now();
    if (fate === 'delivered') seen.copies++;
  }

  #endAt(nowMs: number): void {
    this.#cancelEnd = this.#schedule(() => {
      this.#cancelEnd = null;
      const laterMs = this.#now();
      if (laterMs < this.#onUntilMs) {
        this.#endAt(laterMs);
        return;
      }
      this.#links.clear();
      this.#onSwitch();
    }, this.#onUntilMs - nowMs);
  }

  #linkOf(from: number, to: number): Settled[] {
    const key = `${from},${to}`;
    const known = this.#links.get(key);
    if (known !== undefined) return known;
    const link: Settled[] = [];
    this.#links.set(key, link);
    return link;
  }
}

/** The messages of a frame with bytes of their own: the frame's go to another thread. */
export function copiesOf(frame: Frame): readonly PackedMessage[] {
  return Array.from({ length: messageCount(frame) }, (_, position) => {
    const { kind, bytes } = messageAt(frame, position);
    return { kind, bytes: bytes.slice() };
  });
}

function fieldsOf({ kind, bytes }: PackedMessage): SeenMessage['fields'] {
  try {
    const { type, from, to, ...others } = decodeMessage(kind, bytes);
    const entries = Object.entries(others as Readonly<Record<string, unknown>>);
    return Object.fromEntries(entries.flatMap(([name, value]) => plainField(name, value)));
  } catch {
    // Not this version's: that it passed is all there is to tell.
    return {};
  }
}

function plainField(name: string, value: unknown): (readonly [string, number | boolean | string])[] {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string')
    return [[name, value]];
  if (Array.isArray(value)) return [[name, value.length]];
  if (name !== 'snapshot' || typeof value !== 'object' || value === null) return [];
  const { index, term } = value as { readonly index: number; readonly term: number };
  return [
    ['snapshotIndex', index],
    ['snapshotTerm', term],
  ];
}
