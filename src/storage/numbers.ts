/**
 * Terms and indexes as 64-bit little-endian numbers; values stay below 2^53.
 *
 * @module
 */
const HIGH = 0x1_0000_0000;

export function setUint53(view: DataView, position: number, value: number): void {
  view.setUint32(position, value % HIGH, true);
  view.setUint32(position + 4, Math.floor(value / HIGH), true);
}

export function getUint53(view: DataView, position: number): number {
  return view.getUint32(position, true) + view.getUint32(position + 4, true) * HIGH;
}
