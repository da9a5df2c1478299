/**
 * What protects host links: a secret, certificates, or, between loopback addresses, nothing.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { checkServerIdentity, createSecureContext, TLSSocket, connect as tlsConnect } from 'node:tls';
import { LinkError } from './link-error.js';

export interface LinkTlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

export interface LinkTls {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface LinkSecurity {
  /** Empty: none is asked for. */
  readonly secret: Buffer;
  /** Both sides show a certificate of the authority that names their host; null: nothing is encrypted. */
  readonly tls: LinkTls | null;
}

const LEAST_SECRET_BYTES = 16;

/** Thrown when the host must not start its links as it is told to. */
class LinkSecurityError extends Error {
  override readonly name = 'LinkSecurityError';
  readonly code: 'unprotected' | 'weak-secret' | 'bad-certificate';
  constructor(code: LinkSecurityError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws LinkSecurityError */
export function linkSecurity(
  secret: string | null,
  files: LinkTlsFiles | null,
  servers: readonly string[],
): LinkSecurity {
  if (secret !== null && Buffer.byteLength(secret) < LEAST_SECRET_BYTES) {
    const text = `the secret of the host links is too short: at least ${LEAST_SECRET_BYTES} bytes are required`;
    throw new LinkSecurityError('weak-secret', text);
  }
  const outside = servers.find(server => !isLoopback(server));
  if (secret === null && files === null && outside !== undefined) {
    throw new LinkSecurityError(
      'unprotected',
      `refusing to link hosts outside loopback (${outside}) without a secret or certificates: ` +
        'set RAFTKV_LINK_SECRET, link_secret_file, or link_tls_cert, link_tls_key and link_tls_ca',
    );
  }
  return { secret: Buffer.from(secret ?? ''), tls: files === null ? null : readTls(files) };
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

function readTls({ certFile, keyFile, caFile }: LinkTlsFiles): LinkTls {
  try {
    const [cert, key, ca] = [certFile, keyFile, caFile].map(file => readFileSync(file, 'utf8'));
    const tls = { cert: cert ?? '', key: key ?? '', ca: ca ?? '' };
    createSecureContext(tls);
    return tls;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LinkSecurityError('bad-certificate', `certificates of the host links: ${why}`);
  }
}

/** A socket on its way to the host; with TLS it counts as connected once the host's certificate is checked. */
export function dial(tls: LinkTls | null, host: string, port: number): Socket {
  if (tls === null) return connect({ host, port });
  const name = isIP(host) === 0 ? { servername: host } : {};
  return tlsConnect({ host, port, ...name, ...tls, minVersion: 'TLSv1.2' });
}

/** Does the certificate of whoever dialled name the host it says it is? Null: yes, or nothing is encrypted. */
export function certificateRefusal(socket: Socket, host: string): LinkError | null {
  if (!(socket instanceof TLSSocket)) return null;
  const error = checkServerIdentity(host, socket.getPeerCertificate());
  if (error === undefined) return null;
  return new LinkError(
    'wrong-certificate',
    `it says that it is ${host}; its certificate does not name that host`,
  );
}

/** What kept a socket from being connected. */
export function dialError(error: NodeJS.ErrnoException): LinkError {
  const isNetwork = error.syscall !== undefined || error.code === 'ECONNRESET' || error.code === 'EPIPE';
  if (isNetwork) return new LinkError('unreachable', `not reached: ${error.code ?? error.message}`);
  return new LinkError('wrong-certificate', `its certificate is refused: ${error.message}`);
}
