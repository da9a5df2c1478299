/**
 * What came in since the last turn.
 *
 * Bounded: a frame too many is lost (Raft repairs that), a client's batch too many is refused by the caller. Ticks do
 * not pile up: a node that could not run for a while has not heard from others either, and must not count that time against
 * them.
 *
 * @module
 */
import type { Frame } from './frame.js';
import type { NodeMessage } from './messages.js';

export class Mailbox {
  readonly #frameLimit: number;
  readonly #tickLimit: number;
  #frames: Frame[] = [];
  #messages: NodeMessage[] = [];
  #ticks = 0;
  /** Frames lost because the mailbox was full. */
  overflowed = 0;

  constructor(frameLimit: number, tickLimit: number) {
    this.#frameLimit = frameLimit;
    this.#tickLimit = tickLimit;
  }

  get depth(): number {
    return this.#frames.length + this.#messages.length;
  }

  put(frame: Frame): boolean {
    if (this.#frames.length >= this.#frameLimit) {
      this.overflowed += 1;
      return false;
    }
    this.#frames.push(frame);
    return true;
  }

  /** The same for a message that was never encoded. */
  putMessage(message: NodeMessage): boolean {
    if (this.#messages.length >= this.#frameLimit) {
      this.overflowed += 1;
      return false;
    }
    this.#messages.push(message);
    return true;
  }

  /** Ticks that come together are taken as they are: whoever counted them knows that the node could have run. */
  tick(count: number): void {
    this.#ticks = Math.max(count, Math.min(this.#ticks + count, this.#tickLimit));
  }

  takeFrames(): readonly Frame[] {
    const frames = this.#frames;
    if (frames.length > 0) this.#frames = [];
    return frames;
  }

  takeMessages(): readonly NodeMessage[] {
    const messages = this.#messages;
    if (messages.length > 0) this.#messages = [];
    return messages;
  }

  takeTicks(): number {
    const ticks = this.#ticks;
    this.#ticks = 0;
    return ticks;
  }
}
