/**
 * The few messages of etcd's gRPC interface that the load needs, in protobuf's wire format.
 *
 * @module
 */
export const PUT_PATH = '/etcdserverpb.KV/Put';
export const RANGE_PATH = '/etcdserverpb.KV/Range';
export const STATUS_PATH = '/etcdserverpb.Maintenance/Status';

const LENGTH_DELIMITED = 2;
const FRAME_HEAD_BYTES = 5;

/** PutRequest { bytes key = 1; bytes value = 2; } */
export function encodePut(key: string, value: string): Buffer {
  return Buffer.concat([bytesField(1, key), bytesField(2, value)]);
}

/** RangeRequest { bytes key = 1; } – linearizable by default. */
export function encodeRange(key: string): Buffer {
  return bytesField(1, key);
}

/** StatusResponse { ResponseHeader header = 1 { uint64 member_id = 2; }; …; uint64 leader = 4; } */
export function decodeStatus(message: Buffer): { readonly memberId: bigint; readonly leaderId: bigint } {
  const status = fieldsOf(message);
  const header = status.get(1);
  const leader = status.get(4);
  const member = header instanceof Buffer ? fieldsOf(header).get(2) : undefined;
  if (typeof member !== 'bigint' || typeof leader !== 'bigint') throw new Error('unexpected status of etcd');
  return { memberId: member, leaderId: leader };
}

/** A gRPC frame: not compressed, length, message. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.alloc(FRAME_HEAD_BYTES + message.length);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, FRAME_HEAD_BYTES);
  return framed;
}

/** The message of a reply that is one frame. */
export const unframe = (reply: Buffer): Buffer => reply.subarray(FRAME_HEAD_BYTES);

function bytesField(number: number, text: string): Buffer {
  const content = Buffer.from(text, 'latin1');
  return Buffer.concat([varint(number * 8 + LENGTH_DELIMITED), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** Fields by number; only the wire types varint and length-delimited occur in what is read. */
function fieldsOf(message: Buffer): ReadonlyMap<number, bigint | Buffer> {
  const fields = new Map<number, bigint | Buffer>();
  let at = 0;
  const next = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new Error('unexpected end of a message of etcd');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(next());
    const value = next();
    if (tag % 8 !== LENGTH_DELIMITED) {
      fields.set(tag >> 3, value);
      continue;
    }
    fields.set(tag >> 3, message.subarray(at, at + Number(value)));
    at += Number(value);
  }
  return fields;
}
