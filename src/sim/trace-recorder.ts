/**
 * The event trace of a run: its running hash, its last events, and every line for whoever wants it.
 *
 * @module
 */
import type { TraceEvent } from '../node/trace.js';

const LAST = 60;

export class TraceRecorder {
  readonly #onLine: ((line: string) => void) | null;
  readonly #last: { readonly atMs: number; readonly node: number; readonly event: TraceEvent }[] = [];
  #count = 0;
  #hash = 0x811c9dc5;

  constructor(onLine: ((line: string) => void) | null) {
    this.#onLine = onLine;
  }

  /** Over everything in the events; 8 hexadecimal digits and the number of events. */
  get hash(): string {
    return `${(this.#hash >>> 0).toString(16).padStart(8, '0')}-${this.#count}`;
  }

  add(atMs: number, node: number, event: TraceEvent): void {
    this.#last[this.#count % LAST] = { atMs, node, event };
    this.#count += 1;
    this.#mix(Math.round(atMs * 1000));
    this.#mix(node);
    this.#mixEvent(event);
    this.#onLine?.(formatEvent(atMs, node, event));
  }

  lastLines(): string[] {
    const first = Math.max(0, this.#count - LAST);
    return Array.from({ length: this.#count - first }, (_, i) => {
      const kept = this.#last[(first + i) % LAST];
      return kept === undefined ? '' : formatEvent(kept.atMs, kept.node, kept.event);
    });
  }

  /** Field by field: a run has many thousands of events. */
  #mixEvent(event: TraceEvent): void {
    this.#mixText(event.ev);
    switch (event.ev) {
      case 'start':
        this.#mix(event.term);
        this.#mix(event.vote);
        this.#mix(event.last);
        this.#mix(event.snap);
        return;
      case 'vote':
        this.#mix(event.term);
        this.#mix(event.for);
        return;
      case 'term':
      case 'leader':
      case 'step-down':
        this.#mix(event.term);
        return;
      case 'append':
        this.#mix(event.index);
        this.#mix(event.term);
        this.#mixText(event.hash);
        return;
      case 'truncate':
        this.#mix(event.from);
        return;
      case 'ack':
        this.#mix(event.index);
        this.#mix(event.term);
        return;
      case 'commit':
        this.#mix(event.index);
        return;
      case 'apply':
        this.#mixApply(event);
        return;
      case 'install':
        this.#mix(event.term);
        this.#mix(event.index);
        this.#mixText(event.state);
        return;
      case 'snapshot':
      case 'state':
        this.#mix(event.index);
        this.#mixText(event.state);
    }
  }

  #mixApply({ index, term, hash, client, seq, effect }: TraceEvent & { readonly ev: 'apply' }): void {
    this.#mix(index);
    this.#mix(term);
    this.#mixText(hash);
    this.#mixText(client ?? '');
    this.#mix(seq ?? 0);
    this.#mix(effect ? 1 : 0);
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), 0x01000193);
    this.#hash = Math.imul(this.#hash ^ Math.floor(value / 0x1_0000_0000), 0x01000193);
  }

  #mixText(text: string): void {
    for (let i = 0; i < text.length; i += 1)
      this.#hash = Math.imul(this.#hash ^ text.charCodeAt(i), 0x01000193);
  }
}

const formatEvent = (atMs: number, node: number, event: TraceEvent): string =>
  JSON.stringify({ t: Math.round(atMs * 1e6), node, ...event });
