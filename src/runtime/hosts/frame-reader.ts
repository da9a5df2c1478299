/**
 * Cuts a stream of bytes into frames. Memory grows with what has arrived, never with what a header announces.
 *
 * @module
 */
import { LinkError } from './link-error.js';
import { FRAME_TYPES, type FrameType, HEADER_BYTES } from './wire.js';

export interface LinkFrame {
  readonly type: FrameType;
  readonly flags: number;
  /** Perhaps a view of a larger buffer. */
  readonly payload: Buffer;
}

export class FrameReader {
  /** A longer payload is an error. May grow once the peer is known. */
  maxPayloadBytes: number;
  readonly #onFrame: (frame: LinkFrame) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** What must have arrived before anything can be done. */
  #neededBytes = HEADER_BYTES;

  constructor(maxPayloadBytes: number, onFrame: (frame: LinkFrame) => void) {
    this.maxPayloadBytes = maxPayloadBytes;
    this.#onFrame = onFrame;
  }

  /** @throws LinkError `garbage`, `frame-too-long`; nothing more can be read then */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#neededBytes) return;
    const [only] = this.#chunks;
    let bytes = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    this.#neededBytes = HEADER_BYTES;
    while (bytes.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#payloadBytes(bytes);
      if (bytes.length < end) {
        this.#neededBytes = end;
        break;
      }
      this.#onFrame({
        type: typeOf(bytes),
        flags: bytes[5] ?? 0,
        payload: bytes.subarray(HEADER_BYTES, end),
      });
      bytes = bytes.subarray(end);
    }
    this.#chunks = bytes.length === 0 ? [] : [bytes];
    this.#bytes = bytes.length;
  }

  #payloadBytes(bytes: Buffer): number {
    // An unknown type is noticed before its length: most garbage is both.
    typeOf(bytes);
    const length = bytes.readUInt32LE(0);
    if (length > this.maxPayloadBytes) {
      const text = `it announces a frame of ${length} bytes; ${this.maxPayloadBytes} are allowed`;
      throw new LinkError('frame-too-long', text);
    }
    return length;
  }
}

function typeOf(bytes: Buffer): FrameType {
  const type = FRAME_TYPES[bytes[4] ?? 0];
  if (type === undefined) throw new LinkError('garbage', `there is no type of frame ${bytes[4]}`);
  return type;
}
