/**
 * The sender's part of the router: hands frames over to nodes that the forwarding table names.
 *
 * @module
 */
import type { MessagePort } from 'node:worker_threads';
import type { Frame } from '../node/frame.js';
import { ForwardingTable, type Life } from './forwarding-table.js';
import { messageCount } from './frame-pack.js';
import { Mailbox } from './mailbox.js';
import { NodeFlags } from './node-flags.js';

/** A way to the mailbox of another node, for as long as that node's thread lives. */
export interface PeerPort {
  readonly node: number;
  readonly life: Life;
  readonly port: MessagePort;
  readonly flags: SharedArrayBuffer;
}

interface Peer {
  readonly life: Life;
  readonly port: MessagePort;
  readonly mailbox: Mailbox;
}

export class Forwarder {
  readonly #table: ForwardingTable;
  readonly #peers: (Peer | undefined)[] = [];

  constructor(table: SharedArrayBuffer) {
    this.#table = new ForwardingTable(table);
  }

  /** What the peer sends by this port is the caller's to take. */
  connect({ node, life, port, flags }: PeerPort): void {
    this.#peers[node]?.port.close();
    this.#peers[node] = { life, port, mailbox: new Mailbox(port, new NodeFlags(flags)) };
  }

  /** @returns false: the frame is for the router's thread, also when the mailbox is full: it tells who asks of what is lost */
  forward(frame: Frame): boolean {
    const { from, to } = frame;
    const life = this.#table.receiver(from, to);
    const peer = this.#peers[to];
    // The way to a node that has just started may still be on its way here.
    if (life === null || peer?.life !== life) return false;
    // A frame that was handed over belongs to another thread.
    const messages = messageCount(frame);
    const bytes = frame.body.length;
    if (!peer.mailbox.post(frame)) return false;
    this.#table.count(from, to, messages, bytes);
    return true;
  }
}
