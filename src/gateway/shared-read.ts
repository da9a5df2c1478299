/**
 * Reads sockets into one buffer for all instead of a new one for each read, which is most of what a small request costs.
 *
 * The public form of this (`onread`) exists for sockets that connect, not for those a server accepts. So the same switches are set
 * here on the accepted socket; where they are not found (another version of the engine, an encrypted socket) it is read as usual.
 *
 * @module
 */
import { Socket } from 'node:net';

/** As much as the usual read takes at once. */
const READ_BYTES = 64 * 1024;

let shared: Buffer | null = null;

interface ReadableHandle {
  readonly _handle?: { readonly useUserBuffer?: (buffer: Uint8Array) => void } | null;
}

type ReadSwitches = Record<symbol, unknown>;

/**
 * Calls `receive` with what the socket receives. The bytes are valid until it returns when `isShared`, and for ever otherwise.
 */
export function receiveFrom(socket: Socket, receive: (bytes: Buffer, isShared: boolean) => void): void {
  if (shareBuffer(socket, bytes => receive(bytes, true))) return;
  socket.on('data', (chunk: Buffer) => receive(chunk, false));
}

function shareBuffer(socket: Socket, receive: (bytes: Buffer) => void): boolean {
  const handle = (socket as Socket & ReadableHandle)._handle;
  const symbols = Object.getOwnPropertySymbols(socket);
  const bufferKey = symbols.find(({ description }) => description === 'kBuffer');
  const callbackKey = symbols.find(({ description }) => description === 'kBufferCb');
  // Exactly a plain socket: what is derived from it reads in its own way.
  const setBuffer = handle?.useUserBuffer;
  const isPlain = Object.getPrototypeOf(socket) === Socket.prototype;
  if (!isPlain || setBuffer === undefined || bufferKey === undefined || callbackKey === undefined)
    return false;
  shared ??= Buffer.allocUnsafeSlow(READ_BYTES);
  const buffer = shared;
  const switches = socket as unknown as ReadSwitches;
  switches[bufferKey] = buffer;
  switches[callbackKey] = (length: number): boolean => {
    receive(buffer.subarray(0, length));
    return true;
  };
  setBuffer.call(handle, buffer);
  return true;
}
