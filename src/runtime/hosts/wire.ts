/**
 * The bytes between two hosts: a preface each, then length-limited frames. `docs/hosts.md` has them as a table.
 *
 * @module
 */
import { LinkError } from './link-error.js';

export const LINK_VERSION = 1;
/** The oldest version this program still speaks. */
export const OLDEST_LINK_VERSION = 1;

/**
 * Connections between two hosts, by what they carry: what is `urgent` never waits for entries, nor entries for a snapshot.
 * The position in the list is the number on the wire.
 */
export const LANES = ['urgent', 'log', 'bulk'] as const;
export type Lane = (typeof LANES)[number];

export const FRAME_TYPES = [
  'hello',
  'refused',
  'keep-alive',
  'messages',
  'call',
  'answer',
  'notice',
] as const;
export type FrameType = (typeof FRAME_TYPES)[number];

/** length u32, type u8, flags u8; little endian. The length is that of the payload alone. */
export const HEADER_BYTES = 6;
export const FLAG_COMPRESSED = 1;
/** Of a peer that has not shown who it is. */
export const MAX_HELLO_BYTES = 256 * 1024;
/** Of a peer that has: what one node's mailbox may hold at most. */
export const MAX_PAYLOAD_BYTES = 256 * 1024 * 1024;

export const NONCE_BYTES = 32;
/** magic 4, version u16, oldest version u16, lane u8, reserved 3, nonce 32. */
export const PREFACE_BYTES = 12 + NONCE_BYTES;
const MAGIC = Buffer.from('RKVL', 'latin1');

export interface Preface {
  readonly version: number;
  readonly oldest: number;
  readonly lane: Lane;
  readonly nonce: Buffer;
}

export function encodePreface({ version, oldest, lane, nonce }: Preface): Buffer {
  const bytes = Buffer.alloc(PREFACE_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt16LE(version, 4);
  bytes.writeUInt16LE(oldest, 6);
  bytes[8] = LANES.indexOf(lane);
  nonce.copy(bytes, 12);
  return bytes;
}

/** @throws LinkError `garbage`, `version-skew` */
export function decodePreface(bytes: Buffer): Preface {
  if (!isMagic(bytes)) throw new LinkError('garbage', 'what it sent is not the beginning of a host link');
  const version = bytes.readUInt16LE(4);
  const oldest = bytes.readUInt16LE(6);
  if (Math.min(version, LINK_VERSION) < Math.max(oldest, OLDEST_LINK_VERSION)) {
    const found = oldest === version ? `${version}` : `${oldest}–${version}`;
    throw new LinkError(
      'version-skew',
      `it speaks version ${found} of the host link, this host ${LINK_VERSION}`,
    );
  }
  const lane = LANES[bytes[8] ?? 0];
  if (lane === undefined) throw new LinkError('garbage', `there is no lane ${bytes[8]}`);
  return { version, oldest, lane, nonce: bytes.subarray(12, PREFACE_BYTES) };
}

/** May be asked with the first bytes alone: whoever speaks something else is not waited for. */
export const isMagic = (bytes: Buffer): boolean => {
  const length = Math.min(bytes.length, MAGIC.length);
  return bytes.subarray(0, length).equals(MAGIC.subarray(0, length));
};

export function encodeHeader(type: FrameType, payloadBytes: number, flags = 0): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32LE(payloadBytes, 0);
  header[4] = FRAME_TYPES.indexOf(type);
  header[5] = flags;
  return header;
}
