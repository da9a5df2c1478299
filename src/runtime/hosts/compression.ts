/**
 * Makes large payloads small on their way, beside the thread that routes.
 *
 * @module
 */
import { promisify } from 'node:util';
import { constants, deflateRaw as deflateRawCallback, inflateRaw as inflateRawCallback } from 'node:zlib';
import { LinkError } from './link-error.js';
import { MAX_PAYLOAD_BYTES } from './wire.js';

const deflateRaw = promisify<Uint8Array, object, Buffer>(deflateRawCallback);
const inflateRaw = promisify<Uint8Array, object, Buffer>(inflateRawCallback);

/** Below this nothing is gained. */
export const COMPRESS_FROM_BYTES = 8 * 1024;

/** Null: it does not get smaller. */
export async function compress(payload: Uint8Array): Promise<Buffer | null> {
  const packed = await deflateRaw(payload, { level: constants.Z_BEST_SPEED });
  return packed.length < payload.length ? packed : null;
}

/** @throws LinkError `garbage`, also for what would become larger than a frame may be */
export async function decompress(payload: Uint8Array): Promise<Buffer> {
  try {
    return await inflateRaw(payload, { maxOutputLength: MAX_PAYLOAD_BYTES });
  } catch {
    throw new LinkError('garbage', 'a compressed frame cannot be unpacked');
  }
}
