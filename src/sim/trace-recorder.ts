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
    for (const value of Object.values(event)) {
      if (typeof value === 'number') this.#mix(value);
      else if (typeof value === 'string') this.#mixText(value);
      else this.#mix(value === true ? 1 : 0);
    }
    this.#onLine?.(formatEvent(atMs, node, event));
  }

  lastLines(): string[] {
    const first = Math.max(0, this.#count - LAST);
    return Array.from({ length: this.#count - first }, (_, i) => {
      const kept = this.#last[(first + i) % LAST];
      return kept === undefined ? '' : formatEvent(kept.atMs, kept.node, kept.event);
    });
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
