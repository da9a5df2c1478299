/**
 * A message of etcd as the router carries it: with a number, so that a copy made by the duplicate fault can be told.
 *
 * @module
 */

/** Bytes that no message of this project begins with: who looks into frames sees that these are not its own. */
const MARK_BYTES = 16;
const ENVELOPE_BYTES = MARK_BYTES + 4;

export function seal(message: Uint8Array, number: number): Uint8Array {
  const bytes = new Uint8Array(ENVELOPE_BYTES + message.length);
  bytes.fill(0xff, 0, MARK_BYTES);
  new DataView(bytes.buffer).setUint32(MARK_BYTES, number >>> 0);
  bytes.set(message, ENVELOPE_BYTES);
  return bytes;
}

export function unseal(bytes: Uint8Array): { readonly message: Uint8Array; readonly number: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { message: bytes.subarray(ENVELOPE_BYTES), number: view.getUint32(MARK_BYTES) };
}

/** The newest numbers; older ones are forgotten. */
export class RecentNumbers {
  readonly #most: number;
  readonly #numbers = new Set<number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** False: it was added before. */
  add(number: number): boolean {
    if (this.#numbers.has(number)) return false;
    this.#numbers.add(number);
    if (this.#numbers.size > this.#most) {
      for (const oldest of this.#numbers) {
        this.#numbers.delete(oldest);
        break;
      }
    }
    return true;
  }
}
