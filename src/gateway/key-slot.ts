/**
 * Hash slots of Redis Cluster. All slots belong to the one leader here; clients still compute and send them.
 *
 * @module
 */

export const SLOT_COUNT = 16_384;

/** CRC16-CCITT (XMODEM): polynomial 0x1021, no reflection. */
const CRC16_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc & 0xffff;
});

/** Slot of a key; of `a{tag}b` the slot of `tag`, when there is something between the braces. */
export function keySlot(key: string): number {
  const open = key.indexOf('{');
  const close = open === -1 ? -1 : key.indexOf('}', open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (let i = 0; i < hashed.length; i++) {
    crc = ((crc << 8) ^ (CRC16_TABLE[((crc >>> 8) ^ hashed.charCodeAt(i)) & 0xff] ?? 0)) & 0xffff;
  }
  return crc % SLOT_COUNT;
}
