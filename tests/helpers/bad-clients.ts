/**
 * Clients nobody wants: each does its worst until it is stopped, and comes back when it is thrown out.
 *
 * @module
 */
import { connect, type Socket } from 'node:net';

export const BAD_KINDS = ['never-reads', 'drips', 'announces-4-gb', 'garbage'] as const;
export type BadKind = (typeof BAD_KINDS)[number];

/** Time between two bytes of the one that drips, and before a client that was thrown out comes back. */
const PAUSE_MS: Readonly<Record<BadKind, number>> = {
  'never-reads': 20,
  drips: 1000,
  'announces-4-gb': 20,
  garbage: 20,
};
const BIG_VALUE = 'x'.repeat(256 * 1024);
const DRIPPED = '*3\r\n$3\r\nSET\r\n$4\r\ndrip\r\n$10\r\n0123456789\r\n';

/** Does the worst of its kind over a fresh socket; called again for each connection. */
const WORST: Readonly<Record<BadKind, (socket: Socket) => void>> = {
  'never-reads': socket => {
    socket.pause();
    const key = 'bad:big';
    socket.write(`*3\r\n$3\r\nSET\r\n$7\r\n${key}\r\n$${BIG_VALUE.length}\r\n${BIG_VALUE}\r\n`);
    socket.write(`*2\r\n$3\r\nGET\r\n$7\r\n${key}\r\n`.repeat(1000));
  },
  drips: socket => {
    let at = 0;
    const timer = setInterval(() => socket.write(DRIPPED[at++ % DRIPPED.length] ?? ''), PAUSE_MS.drips);
    socket.once('close', () => clearInterval(timer));
  },
  'announces-4-gb': socket => {
    socket.write('*3\r\n$3\r\nSET\r\n$3\r\nbad\r\n$4294967296\r\n');
    socket.write(BIG_VALUE);
  },
  garbage: socket => {
    const bytes = Buffer.alloc(4096);
    for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 2_654_435_761) >>> 13;
    socket.write(bytes);
  },
};

export class BadClient {
  readonly #kind: BadKind;
  readonly #port: number;
  #socket: Socket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  /** How often it got in. */
  connections = 0;

  constructor(kind: BadKind, port: number) {
    this.#kind = kind;
    this.#port = port;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.once('connect', () => {
      this.connections++;
      WORST[this.#kind](socket);
      // Nothing is read by the first of them; the others look away.
      if (this.#kind !== 'never-reads') socket.resume();
    });
    socket.once('close', () => {
      if (this.#stopped) return;
      this.#timer = setTimeout(() => this.#connect(), PAUSE_MS[this.#kind]);
    });
  }
}
