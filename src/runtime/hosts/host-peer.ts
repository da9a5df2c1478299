/**
 * One other host: its three connections, which are there together or not at all, and the calls over them.
 *
 * @module
 */
import type { Frame } from '../../node/frame.js';
import type { HostIdentity } from './identity.js';
import type { LinkConnection } from './link-connection.js';
import { encodeMessagesHead, splitByLane } from './messages-codec.js';
import { type CallAnswer, PeerCalls } from './peer-calls.js';
import { LANES, type Lane } from './wire.js';

export interface HostPeerEvents {
  readonly onUp: (identity: HostIdentity) => void;
  readonly onDown: () => void;
}

export class HostPeer {
  readonly host: string;
  readonly #events: HostPeerEvents;
  readonly #lanes = new Map<Lane, LinkConnection>();
  readonly #calls: PeerCalls;
  #isUp = false;
  #lostFrames = 0;

  constructor(host: string, events: HostPeerEvents) {
    this.host = host;
    this.#events = events;
    this.#calls = new PeerCalls(host, request => this.#sendJson('call', request));
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Frames that a full or broken link did not take. */
  get lostFrames(): number {
    return this.#lostFrames;
  }

  /** Of the process at the other end; null: not a single connection is open. */
  get instance(): string | null {
    const [first] = this.#lanes.values();
    return first?.identity?.instance ?? null;
  }

  has(lane: Lane): boolean {
    return this.#lanes.has(lane);
  }

  add(connection: LinkConnection, identity: HostIdentity): void {
    this.#lanes.set(connection.lane, connection);
    if (this.#isUp || this.#lanes.size < LANES.length) return;
    this.#isUp = true;
    this.#events.onUp(identity);
  }

  /** One lost connection takes the others with it: half a link would only look like one. */
  remove(connection: LinkConnection): void {
    if (this.#lanes.get(connection.lane) !== connection) return;
    this.close();
  }

  close(): void {
    const connections = [...this.#lanes.values()];
    this.#lanes.clear();
    for (const connection of connections) connection.close(null);
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#calls.end();
    this.#events.onDown();
  }

  /** Takes the frame's body. False: some of it was lost. */
  sendFrame(frame: Frame): boolean {
    let isSent = this.#isUp;
    splitByLane(frame, (lane, part) => {
      const wasTaken = this.#lanes.get(lane)?.send('messages', encodeMessagesHead(part), part.body) ?? false;
      if (!wasTaken) this.#lostFrames++;
      isSent &&= wasTaken;
    });
    return isSent;
  }

  /** @throws ControlError, RemoteError */
  call(operation: string, args: readonly unknown[], timeoutMs: number): Promise<unknown> {
    return this.#calls.call(operation, args, timeoutMs);
  }

  /** What came as an answer to a call of this side. */
  settle(answer: CallAnswer): void {
    this.#calls.settle(answer);
  }

  answer(answer: CallAnswer): void {
    this.#sendJson('answer', answer);
  }

  /** JSON. Nothing is said when it is lost: what it tells is told again. */
  notify(notice: Buffer): void {
    if (this.#isUp) this.#lanes.get('urgent')?.send('notice', notice);
  }

  #sendJson(type: 'call' | 'answer', value: object): boolean {
    if (!this.#isUp) return false;
    return this.#lanes.get('urgent')?.send(type, Buffer.from(JSON.stringify(value))) ?? false;
  }
}
