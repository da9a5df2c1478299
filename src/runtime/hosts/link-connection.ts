/**
 * One connection to another host: greeting, frames in both directions, a bounded queue, and an end when nothing comes.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { COMPRESS_FROM_BYTES, compress, decompress } from './compression.js';
import { FrameReader, type LinkFrame } from './frame-reader.js';
import { decodeIdentity, encodeIdentity, type HostIdentity } from './identity.js';
import { InOrder } from './in-order.js';
import { isLinkErrorCode, LinkError } from './link-error.js';
import { isProof, type LinkRole, PROOF_BYTES, type ProofContext, proofOf } from './proof.js';
import {
  decodePreface,
  encodeHeader,
  encodePreface,
  FLAG_COMPRESSED,
  type FrameType,
  isMagic,
  type Lane,
  LINK_VERSION,
  MAX_HELLO_BYTES,
  MAX_PAYLOAD_BYTES,
  NONCE_BYTES,
  OLDEST_LINK_VERSION,
  PREFACE_BYTES,
} from './wire.js';

export interface LinkTimes {
  /** For connection and greeting together. */
  readonly greetingMs: number;
  /** A side with nothing to say says so at this interval. */
  readonly keepAliveMs: number;
  /** A connection on which nothing came for so long is taken for dead. */
  readonly silenceMs: number;
}

export const DEFAULT_LINK_TIMES: LinkTimes = { greetingMs: 3_000, keepAliveMs: 400, silenceMs: 2_000 };

/** What may wait for the network to take it; what is beyond is lost, as on any full link. */
export type QueuedBytes = Readonly<Record<Lane, number>>;

export const DEFAULT_QUEUED_BYTES: QueuedBytes = {
  urgent: 16 * 1024 * 1024,
  log: 128 * 1024 * 1024,
  bulk: 128 * 1024 * 1024,
};
/** Several small writes cost more than copying them together. */
const JOIN_BELOW_BYTES = 16 * 1024;
/** Received frames being unpacked; with more the peer is made to wait. */
const MAX_UNPACKING = 16;

export interface LinkConnectionOptions {
  readonly socket: Socket;
  readonly role: LinkRole;
  /** The dialer's choice; a listener hears it. */
  readonly lane: Lane | null;
  readonly secret: Buffer;
  readonly times: LinkTimes;
  readonly queuedBytes: QueuedBytes;
  readonly ownIdentity: () => HostIdentity;
  /** Null: welcome. */
  readonly judge: (identity: HostIdentity, connection: LinkConnection) => LinkError | null;
  readonly onOpen: (identity: HostIdentity, connection: LinkConnection) => void;
  readonly onFrame: (type: FrameType, payload: Buffer, connection: LinkConnection) => void;
  /** Once, whatever ends it; null: it was closed in order, or the network ended it. */
  readonly onClose: (error: LinkError | null, connection: LinkConnection) => void;
}

export class LinkConnection {
  readonly socket: Socket;
  readonly #options: LinkConnectionOptions;
  readonly #reader = new FrameReader(MAX_HELLO_BYTES, frame => this.#onLinkFrame(frame));
  readonly #packing = new InOrder();
  readonly #unpacking = new InOrder();
  readonly #ownNonce = randomBytes(NONCE_BYTES);
  #ownPreface: Buffer | null = null;
  #peerPreface: Buffer | null = null;
  #early = Buffer.alloc(0);
  #lane: Lane;
  #identity: HostIdentity | null = null;
  #claimedHost: string | null = null;
  #isClosed = false;
  #isCorked = false;
  #packingBytes = 0;
  #heardAtMs = performance.now();
  #saidAtMs = performance.now();
  #timer: NodeJS.Timeout;

  constructor(options: LinkConnectionOptions) {
    this.#options = options;
    this.socket = options.socket;
    this.#lane = options.lane ?? 'urgent';
    this.socket.on('data', chunk => this.#receive(chunk));
    this.socket.on('error', () => this.close(null));
    this.socket.on('close', () => this.close(null));
    this.socket.setNoDelay(true);
    const { greetingMs } = options.times;
    this.#timer = setTimeout(() => {
      this.close(new LinkError('silent', `there was no greeting within ${greetingMs} ms`));
    }, greetingMs);
    if (options.role === 'dialer') this.#sendPreface();
  }

  get lane(): Lane {
    return this.#lane;
  }

  get isOpen(): boolean {
    return this.#identity !== null && !this.#isClosed;
  }

  /** Who is at the other end; null before it has shown that. */
  get identity(): HostIdentity | null {
    return this.#identity;
  }

  /** Who knows the secret and says that it is this host, let in or not. */
  get claimedHost(): string | null {
    return this.#claimedHost;
  }

  /** The parts are sent one after the other and belong to the connection from now on. False: the queue is full. */
  send(type: FrameType, ...parts: readonly Uint8Array[]): boolean {
    if (!this.isOpen) return false;
    const bytes = parts.reduce((total, part) => total + part.length, 0);
    const queued = this.socket.writableLength + this.#packingBytes;
    if (bytes > MAX_PAYLOAD_BYTES || (queued > 0 && queued + bytes > this.#options.queuedBytes[this.#lane]))
      return false;
    const isPacked = this.#lane === 'bulk' && bytes >= COMPRESS_FROM_BYTES;
    if (!isPacked && this.#packing.waiting === 0) {
      const header = encodeHeader(type, bytes);
      if (bytes < JOIN_BELOW_BYTES) this.#write(Buffer.concat([header, ...parts]));
      else this.#write(header, ...parts);
      return true;
    }
    this.#packingBytes += bytes;
    this.#packing.add(async () => {
      const packed = isPacked && !this.#isClosed ? await compress(Buffer.concat(parts)) : null;
      this.#packingBytes -= bytes;
      if (packed === null) this.#write(encodeHeader(type, bytes), ...parts);
      else this.#write(encodeHeader(type, packed.length, FLAG_COMPRESSED), packed);
    });
    return true;
  }

  /** With an error the peer is told its code before the connection ends. */
  close(error: LinkError | null): void {
    if (this.#isClosed) return;
    const mustSayWhy = error !== null && error.code !== 'silent' && !(error instanceof RefusedByPeer);
    if (mustSayWhy && this.#ownPreface !== null) {
      const reason = Buffer.from(JSON.stringify({ code: error.code, message: error.message }));
      this.#write(encodeHeader('refused', reason.length), reason);
    }
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (mustSayWhy) this.#endSoon();
    else this.socket.destroy();
    this.#options.onClose(error, this);
  }

  /** Lets the last words out; whoever goes on talking is not listened to for long. */
  #endSoon(): void {
    this.socket.end();
    const timer = setTimeout(() => this.socket.destroy(), 500);
    this.socket.once('close', () => clearTimeout(timer));
  }

  #receive(chunk: Buffer): void {
    if (this.#isClosed) return;
    this.#heardAtMs = performance.now();
    try {
      this.#reader.push(this.#peerPreface === null ? this.#takePreface(chunk) : chunk);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.close(error);
    }
  }

  /** What follows the preface; nothing while it is not complete. @throws LinkError */
  #takePreface(chunk: Buffer): Buffer {
    this.#early = Buffer.concat([this.#early, chunk]);
    if (!isMagic(this.#early)) decodePreface(this.#early);
    if (this.#early.length < PREFACE_BYTES) return Buffer.alloc(0);
    const bytes = this.#early.subarray(0, PREFACE_BYTES);
    const rest = this.#early.subarray(PREFACE_BYTES);
    this.#early = Buffer.alloc(0);
    if (this.#options.role === 'listener') this.#sendPreface();
    const { lane } = decodePreface(bytes);
    if (this.#options.lane === null) this.#lane = lane;
    this.#peerPreface = bytes;
    if (this.#options.role === 'dialer') this.#sendHello();
    return rest;
  }

  #sendPreface(): void {
    const preface = {
      version: LINK_VERSION,
      oldest: OLDEST_LINK_VERSION,
      lane: this.#lane,
      nonce: this.#ownNonce,
    };
    this.#ownPreface = encodePreface(preface);
    this.#write(this.#ownPreface);
  }

  #sendHello(): void {
    const identity = encodeIdentity(this.#options.ownIdentity());
    const proof = proofOf(this.#proofContext(this.#options.role), identity);
    this.#write(encodeHeader('hello', proof.length + identity.length), proof, identity);
  }

  #proofContext(role: LinkRole): ProofContext {
    const own = this.#ownPreface ?? Buffer.alloc(0);
    const peer = this.#peerPreface ?? Buffer.alloc(0);
    const [dialerPreface, listenerPreface] = this.#options.role === 'dialer' ? [own, peer] : [peer, own];
    return { secret: this.#options.secret, role, dialerPreface, listenerPreface };
  }

  /** @throws LinkError */
  #onLinkFrame({ type, flags, payload }: LinkFrame): void {
    if (this.#isClosed) return;
    if (type === 'refused') throw refusalIn(payload);
    if (this.#identity === null) {
      if (type !== 'hello')
        throw new LinkError('garbage', `a frame of type ${type} came before the greeting`);
      this.#greet(payload);
      return;
    }
    if (type === 'keep-alive') return;
    if (type === 'hello') throw new LinkError('garbage', 'it greeted twice');
    if ((flags & FLAG_COMPRESSED) === 0 && this.#unpacking.waiting === 0) {
      this.#options.onFrame(type, payload, this);
      return;
    }
    this.#unpack(type, flags, payload);
  }

  #unpack(type: FrameType, flags: number, payload: Buffer): void {
    this.#unpacking.add(async () => {
      try {
        const bytes = (flags & FLAG_COMPRESSED) === 0 ? payload : await decompress(payload);
        if (!this.#isClosed) this.#options.onFrame(type, bytes, this);
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        this.close(error);
      }
      if (this.#unpacking.waiting <= MAX_UNPACKING / 2) this.socket.resume();
    });
    if (this.#unpacking.waiting >= MAX_UNPACKING) this.socket.pause();
  }

  /** @throws LinkError */
  #greet(payload: Buffer): void {
    const peerRole = this.#options.role === 'dialer' ? 'listener' : 'dialer';
    const proof = payload.subarray(0, PROOF_BYTES);
    const claim = payload.subarray(PROOF_BYTES);
    if (!isProof(this.#proofContext(peerRole), claim, proof)) {
      throw new LinkError('wrong-secret', 'it does not know the secret of the host links');
    }
    const identity = decodeIdentity(claim);
    this.#claimedHost = identity.host;
    const refusal = this.#options.judge(identity, this);
    if (refusal !== null) throw refusal;
    this.#identity = identity;
    this.#reader.maxPayloadBytes = MAX_PAYLOAD_BYTES;
    if (this.#options.role === 'listener') this.#sendHello();
    clearTimeout(this.#timer);
    this.#timer = setInterval(() => this.#keepAlive(), this.#options.times.keepAliveMs / 2);
    this.#options.onOpen(identity, this);
  }

  #keepAlive(): void {
    const { keepAliveMs, silenceMs } = this.#options.times;
    const nowMs = performance.now();
    if (nowMs - this.#heardAtMs > silenceMs && !this.socket.isPaused()) {
      this.close(new LinkError('silent', `nothing came for ${silenceMs} ms`));
    } else if (nowMs - this.#saidAtMs >= keepAliveMs) {
      this.#write(encodeHeader('keep-alive', 0));
    }
  }

  /** What is written in one turn leaves in one piece. */
  #write(...parts: readonly Uint8Array[]): void {
    if (this.#isClosed || this.socket.destroyed) return;
    this.#saidAtMs = performance.now();
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.socket.uncork();
      });
    }
    for (const part of parts) if (part.length > 0) this.socket.write(part);
  }
}

/** What the other side holds against this one. */
function refusalIn(payload: Buffer): LinkError {
  try {
    const { code, message } = JSON.parse(payload.toString()) as { code: unknown; message: unknown };
    if (typeof code === 'string' && isLinkErrorCode(code)) {
      return new RefusedByPeer(code, `it refuses this host: ${printable(String(message))}`);
    }
  } catch {
    // Reported below.
  }
  return new RefusedByPeer('garbage', 'it refuses this host for a reason that cannot be read');
}

/** The other side has said why already. */
class RefusedByPeer extends LinkError {}

/** What a stranger says ends up on a terminal. */
const printable = (text: string): string => text.slice(0, 500).replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?');
