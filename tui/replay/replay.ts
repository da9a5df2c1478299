/**
 * Moves back and forth in a trace. Forward is event by event; back starts from the nearest state kept on the way.
 *
 * @module
 */
import type { ClusterEvent } from '../../src/runtime/status.js';
import { addClusterEvents, type EventLines, MAX_EVENT_LINES, NO_EVENTS } from '../event-lines.js';
import { NO_PICTURE, nextPicture } from '../picture.js';
import { MAX_SAMPLES, STEP_MS } from '../samples.js';
import type { Picture } from '../state.js';
import { Past } from './past.js';
import { tellEvent } from './tell.js';
import type { TracedEvent } from './trace-events.js';

/** What the header and the footer say of the replay. */
export interface ReplayView {
  readonly atMs: number;
  readonly endMs: number;
  /** Events that have happened. */
  readonly position: number;
  readonly events: number;
  readonly isPlaying: boolean;
}

/** A state is kept every so many events. */
const KEEP_EVERY = 20_000;
/** The panels show so much of the past. */
const SHOWN_MS = MAX_SAMPLES * STEP_MS;

interface Kept {
  readonly position: number;
  readonly past: Past;
}

export class Replay {
  readonly #events: readonly TracedEvent[];
  readonly #told: readonly { readonly position: number; readonly event: ClusterEvent }[];
  readonly #kept: Kept[];
  #past: Past;
  #position = 0;
  #atMs = 0;
  #picture: Picture = NO_PICTURE;

  constructor(events: readonly TracedEvent[]) {
    this.#events = events;
    const nodes = events.reduce((most, { node }) => Math.max(most, node + 1), 0);
    this.#past = new Past(nodes);
    this.#kept = [{ position: 0, past: new Past(this.#past) }];
    this.#told = events.flatMap((event, position) => {
      const told = tellEvent(event);
      return told === null ? [] : [{ position, event: { ...told, sequence: position + 1 } }];
    });
    this.moveTo(0);
  }

  get nodes(): number {
    return this.#picture.status?.nodes.length ?? 0;
  }

  get atMs(): number {
    return this.#atMs;
  }

  get endMs(): number {
    return this.#events.at(-1)?.atMs ?? 0;
  }

  get picture(): Picture {
    return this.#picture;
  }

  /** The newest lines up to this moment. */
  eventLines(): EventLines {
    const { status } = this.#picture;
    if (status === null) return NO_EVENTS;
    const until = this.#told.findIndex(({ position }) => position >= this.#position);
    const end = until === -1 ? this.#told.length : until;
    const events = this.#told.slice(Math.max(0, end - MAX_EVENT_LINES), end).map(({ event }) => event);
    return addClusterEvents(NO_EVENTS, { ...status, events });
  }

  view(isPlaying: boolean): ReplayView {
    return {
      atMs: this.#atMs,
      endMs: this.endMs,
      position: this.#position,
      events: this.#events.length,
      isPlaying,
    };
  }

  /** To a time, clamped to the trace: everything up to it has happened. */
  moveTo(atMs: number): void {
    const target = Math.max(0, Math.min(this.endMs, atMs));
    this.#seek(this.#positionAfter(target), target);
  }

  /** So many events on or back. */
  step(events: number): void {
    const position = Math.max(1, Math.min(this.#events.length, this.#position + events));
    this.#seek(position, this.#events[position - 1]?.atMs ?? 0);
  }

  /** To the next event that is told, or the one before. */
  stepTold(direction: 1 | -1): void {
    const found =
      direction === 1
        ? this.#told.find(({ position }) => position >= this.#position)
        : this.#told.findLast(({ position }) => position < this.#position - 1);
    if (found !== undefined) this.step(found.position + 1 - this.#position);
  }

  /** Number of events not later than this. */
  #positionAfter(atMs: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #seek(position: number, atMs: number): void {
    if (position < this.#position || atMs < this.#atMs) this.#rewind(this.#positionAfter(atMs - SHOWN_MS));
    let sampledMs = Math.max(this.#atMs, atMs - SHOWN_MS);
    while (this.#position < position) {
      const event = this.#events[this.#position];
      if (event === undefined) break;
      if (event.atMs >= sampledMs + STEP_MS) {
        sampledMs += Math.floor((event.atMs - sampledMs) / STEP_MS) * STEP_MS;
        this.#sample(sampledMs);
      }
      this.#past.apply(event);
      this.#position++;
      if (this.#position % KEEP_EVERY === 0) this.#keep();
    }
    this.#atMs = atMs;
    this.#sample(atMs);
  }

  /** Back to a state at or before `position`; what was shown is forgotten and drawn anew on the way forward. */
  #rewind(position: number): void {
    const kept = this.#kept.findLast(one => one.position <= position);
    this.#past = new Past(kept?.past ?? this.#past);
    this.#position = kept?.position ?? 0;
    this.#atMs = this.#events[this.#position - 1]?.atMs ?? 0;
    this.#picture = NO_PICTURE;
  }

  #keep(): void {
    if ((this.#kept.at(-1)?.position ?? 0) >= this.#position) return;
    this.#kept.push({ position: this.#position, past: new Past(this.#past) });
  }

  #sample(atMs: number): void {
    this.#picture = nextPicture(this.#picture, this.#past.status(atMs));
  }
}
