/**
 * The way out of a connection: one socket write a turn, and a bound on what a slow reader makes the gateway hold.
 *
 * @module
 */
import type { Socket } from 'node:net';
import type { Reply } from '../kv/reply.js';
import type { GatewayLimits } from './options.js';
import { ReplyWriter } from './resp/writer.js';

/** Replies are handed to the socket in pieces of about this size. */
const PIECE_CHARACTERS = 256 * 1024;

export interface OutputEvents {
  /** The reader caught up: more may be executed. */
  readonly onDrained: () => void;
  /** The reader does not take its replies. */
  readonly onStalled: () => void;
}

export class Output {
  readonly writer: ReplyWriter;
  readonly #socket: Socket;
  readonly #limits: GatewayLimits;
  readonly #events: OutputEvents;
  #backlog: Reply[] = [];
  #stallTimer: NodeJS.Timeout | null = null;
  #takenBytes = 0;

  constructor(socket: Socket, limits: GatewayLimits, events: OutputEvents) {
    this.#socket = socket;
    this.#limits = limits;
    this.#events = events;
    this.writer = new ReplyWriter(text => this.#send(text));
    socket.on('drain', () => this.#drained());
  }

  /** Nothing more should be executed until `onDrained`. */
  get blocked(): boolean {
    return this.#stallTimer !== null;
  }

  get heldBytes(): number {
    return this.#socket.writableLength + this.writer.length;
  }

  /** Encodes a reply, or keeps it for when a slow reader caught up. Call `flush` at the end of the turn. */
  write(reply: Reply): void {
    if (this.#stallTimer !== null) {
      this.#backlog.push(reply);
      return;
    }
    this.writer.write(reply);
    if (this.writer.length >= PIECE_CHARACTERS) this.#send(this.writer.take());
  }

  /** Encodes a message of the server's own; false: the reader is behind, and nothing was kept. */
  push(items: readonly Reply[]): boolean {
    if (this.#stallTimer !== null) return false;
    this.writer.push(items);
    if (this.writer.length >= PIECE_CHARACTERS) this.#send(this.writer.take());
    return true;
  }

  flush(): void {
    if (this.writer.length > 0) this.#send(this.writer.take());
  }

  close(): void {
    if (this.#stallTimer !== null) clearInterval(this.#stallTimer);
    this.#stallTimer = null;
    this.#backlog = [];
  }

  #send(text: string): void {
    if (!this.#socket.writable) return;
    this.#socket.write(text, 'latin1');
    const held = this.#socket.writableLength;
    if (held > this.#limits.outputLimitBytes) this.#events.onStalled();
    else if (held > this.#limits.outputHighBytes) this.#block();
  }

  #block(): void {
    if (this.#stallTimer !== null) return;
    this.#takenBytes = this.#taken();
    this.#stallTimer = setInterval(() => {
      const taken = this.#taken();
      if (taken === this.#takenBytes) this.#events.onStalled();
      this.#takenBytes = taken;
    }, this.#limits.outputStallMs);
    this.#stallTimer.unref();
  }

  #taken(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  #drained(): void {
    if (this.#stallTimer === null) return;
    clearInterval(this.#stallTimer);
    this.#stallTimer = null;
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const reply of backlog) this.write(reply);
    this.flush();
    if (!this.blocked) this.#events.onDrained();
  }
}
