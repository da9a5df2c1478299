/**
 * A node's ends of its links: what leaves goes straight to its receiver or to the router's thread, what comes may come from either.
 *
 * @module
 */
import type { MessagePort } from 'node:worker_threads';
import type { Frame } from '../node/frame.js';
import { Forwarder, type PeerPort } from './forwarder.js';
import type { NodeFlags } from './node-flags.js';

interface LinkParts {
  /** Leads to the router, and brings the ways to other nodes. */
  readonly dataPort: MessagePort;
  readonly forwarding: SharedArrayBuffer;
  readonly flags: NodeFlags;
  readonly receive: (frame: Frame) => void;
}

export class NodeLinks {
  readonly #dataPort: MessagePort;
  readonly #forwarder: Forwarder;
  readonly #flags: NodeFlags;
  readonly #receive: (frame: Frame) => void;
  /** Frames of this turn. */
  #leaving: Frame[] = [];

  constructor({ dataPort, forwarding, flags, receive }: LinkParts) {
    this.#dataPort = dataPort;
    this.#forwarder = new Forwarder(forwarding);
    this.#flags = flags;
    this.#receive = receive;
  }

  /** Begins to take what comes. */
  open(): void {
    this.#dataPort.on('message', (delivery: Frame | PeerPort) => {
      if ('port' in delivery) this.#meet(delivery);
      else this.#take(delivery);
    });
  }

  send(frame: Frame): void {
    this.#leaving.push(frame);
  }

  /** What the router's thread has to see leaves as one message: each costs it a wake-up. */
  flush(): void {
    const frames = this.#leaving.filter(frame => !this.#forwarder.forward(frame));
    this.#leaving = [];
    if (frames.length === 0) return;
    const buffers = frames.map(({ body }) => body.buffer as ArrayBuffer);
    this.#dataPort.postMessage(frames, buffers);
  }

  #meet(peer: PeerPort): void {
    this.#forwarder.connect(peer);
    peer.port.on('message', (frame: Frame) => this.#take(frame));
  }

  #take(frame: Frame): void {
    this.#flags.countConsumed(1, frame.body.length);
    this.#receive(frame);
  }
}
