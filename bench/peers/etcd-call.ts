/**
 * Unary gRPC calls over one HTTP/2 connection.
 *
 * @module
 */
import { type ClientHttp2Session, connect } from 'node:http2';
import { frame, unframe } from './etcd-protocol.js';

const CALL_TIMEOUT_MS = 10_000;

/** Calls once, over a connection of its own. */
export async function callEtcd(port: number, path: string, message: Uint8Array): Promise<Buffer> {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      session.on('error', reject);
      unaryCall(session, path, message, (error, reply) => (error === null ? resolve(reply) : reject(error)));
    });
  } finally {
    session.close();
  }
}

/** `done` is called once, with the reply's message. */
export function unaryCall(
  session: ClientHttp2Session,
  path: string,
  message: Uint8Array,
  done: (error: Error | null, reply: Buffer) => void,
): void {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const chunks: Buffer[] = [];
  let status = '';
  stream.setTimeout(CALL_TIMEOUT_MS, () => stream.destroy(new Error(`${path} timed out`)));
  stream.on('trailers', trailers => {
    status = String(trailers['grpc-status'] ?? '');
  });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', error => done(error, Buffer.alloc(0)));
  stream.on('end', () => {
    if (status === '0' || status === '') done(null, unframe(Buffer.concat(chunks)));
    else done(new Error(`${path} answered gRPC status ${status}`), Buffer.alloc(0));
  });
  stream.end(frame(message));
}
