/**
 * The stream of messages one member writes to another: each message behind its length in eight bytes, most significant first.
 *
 * @module
 */

const HEADER_BYTES = 8;
/** etcd's own limit is larger; what is beyond this is no message of a cluster somebody plays with. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Cuts a stream into messages. */
export class MessageReader {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** Of the next message, once its header is read. */
  #needed: number | null = null;

  /** The messages that this chunk completes. @throws RangeError for one that is too long */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const messages: Uint8Array[] = [];
    for (;;) {
      if (this.#needed === null) {
        if (this.#bytes < HEADER_BYTES) return messages;
        this.#needed = lengthIn(this.#take(HEADER_BYTES));
      }
      if (this.#bytes < this.#needed) return messages;
      messages.push(this.#take(this.#needed));
      this.#needed = null;
    }
  }

  #take(count: number): Uint8Array {
    const [first] = this.#chunks;
    const all = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#bytes -= count;
    this.#chunks = this.#bytes === 0 ? [] : [all.subarray(count)];
    return all.subarray(0, count);
  }
}

function lengthIn(header: Uint8Array): number {
  const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES);
  const length = view.getUint32(0) * 2 ** 32 + view.getUint32(4);
  if (length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${length} bytes`);
  return length;
}

/** A message as it stands in the stream. */
export function withHeader(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + message.length);
  new DataView(bytes.buffer).setUint32(4, message.length);
  bytes.set(message, HEADER_BYTES);
  return bytes;
}
