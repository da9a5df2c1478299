/**
 * Keys of the store as keys of etcd: all begin with one prefix.
 *
 * @module
 */

export interface ByteRange {
  readonly key: Buffer;
  readonly range_end: Buffer;
}

/** To etcd: everything from the key on. */
const NO_END = Buffer.from([0]);

export class KeyRange {
  readonly prefix: string;

  /** @param prefix one character a byte */
  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** False: etcd has no key without a byte. */
  canHold(key: string): boolean {
    return key.length + this.prefix.length > 0;
  }

  toEtcd(key: string): Buffer {
    return Buffer.from(this.prefix + key, 'latin1');
  }

  fromEtcd(key: Buffer): string {
    return key.toString('latin1', this.prefix.length);
  }

  /** All keys that begin with `start`; with `after` only those behind this key. */
  beginningWith(start: string, after: string | null = null): ByteRange {
    const first = this.toEtcd(start);
    const from = after === null ? first : Buffer.concat([this.toEtcd(after), NO_END]);
    // Without any prefix the first key is one zero byte: there is none before it.
    return { key: from.length === 0 ? NO_END : from, range_end: endOf(first) };
  }
}

/** The first key behind all that begin with `prefix`. */
function endOf(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  for (let at = end.length - 1; at >= 0; at--) {
    const byte = end[at] ?? 0;
    if (byte < 0xff) {
      end[at] = byte + 1;
      return end.subarray(0, at + 1);
    }
  }
  return NO_END;
}
