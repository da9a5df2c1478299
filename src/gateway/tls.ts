/**
 * Certificates of a gateway: read from files, and read again when the files change.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { GatewayError } from './gateway-error.js';

export interface TlsOptions {
  /** PEM files. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Whoever signed the clients' certificates; null: nobody is asked for one. */
  readonly clientCaFile: string | null;
  /** How often the files are looked at; default 5000. */
  readonly reloadIntervalMs?: number;
}

export type TlsMaterial = Required<Pick<SecureContextOptions, 'cert' | 'key'>> & SecureContextOptions;

const RELOAD_INTERVAL_MS = 5_000;

/** @throws GatewayError `bad-certificate`: a file is missing, wrong, or does not fit the others */
export function readTlsMaterial(options: TlsOptions): TlsMaterial {
  const { certFile, keyFile, clientCaFile } = options;
  const material: TlsMaterial = {
    cert: readPem(certFile),
    key: readPem(keyFile),
    ...(clientCaFile === null ? {} : { ca: readPem(clientCaFile) }),
  };
  try {
    createSecureContext(material);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unusable';
    throw new GatewayError('bad-certificate', 0, `${certFile} and ${keyFile}: ${why}`);
  }
  return material;
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new GatewayError('bad-certificate', 0, `${file} cannot be read (${code})`);
  }
}

export interface CertificateEvents {
  /** For new connections; those that are open keep theirs. */
  readonly onChange: (material: TlsMaterial) => void;
  /** The files do not fit each other, perhaps for the moment: the certificate before stays. */
  readonly onFailure: () => void;
}

/** Looks at the files' contents now and then: that works wherever they are mounted, and however they are replaced. */
export class CertificateWatch {
  readonly #timer: NodeJS.Timeout;
  #current: string;

  constructor(options: TlsOptions, material: TlsMaterial, events: CertificateEvents) {
    this.#current = JSON.stringify(material);
    this.#timer = setInterval(
      () => this.#look(options, events),
      options.reloadIntervalMs ?? RELOAD_INTERVAL_MS,
    );
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(options: TlsOptions, events: CertificateEvents): void {
    try {
      const material = readTlsMaterial(options);
      const text = JSON.stringify(material);
      if (text === this.#current) return;
      this.#current = text;
      events.onChange(material);
    } catch {
      events.onFailure();
    }
  }
}
