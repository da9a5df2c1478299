/**
 * Certificates of a test's own authority, made with `openssl`.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** @throws with what openssl said */
function openssl(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8', timeout: 20_000 });
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'raftkv-certificates-'));
  readonly caFile = this.#file('ca.pem');
  readonly #keyFile = this.#file('ca.key');

  constructor() {
    openssl('req', '-x509', ...KEY, '-keyout', this.#keyFile, '-out', this.caFile, '-subj', '/CN=authority');
  }

  get ca(): string {
    return readFileSync(this.caFile, 'utf8');
  }

  /** @param days negative: it has expired already */
  issue(name: string, hosts: readonly string[], days = 2): Certificate {
    const certFile = this.#file(`${name}.pem`);
    const keyFile = this.#file(`${name}.key`);
    const request = this.#file(`${name}.csr`);
    const extensions = this.#file(`${name}.ext`);
    writeFileSync(extensions, `subjectAltName=${hosts.join(',')}\n`);
    openssl('req', ...KEY, '-keyout', keyFile, '-out', request, '-subj', `/CN=${name}`);
    const signer = ['-CA', this.caFile, '-CAkey', this.#keyFile, '-CAcreateserial'];
    const validity = ['-days', String(days), '-extfile', extensions];
    openssl('x509', '-req', '-in', request, '-out', certFile, ...signer, ...validity);
    return { certFile, keyFile };
  }

  /** A certificate that nobody but its owner vouches for. */
  selfSigned(name: string, hosts: readonly string[]): Certificate {
    const certFile = this.#file(`${name}.pem`);
    const keyFile = this.#file(`${name}.key`);
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${hosts.join(',')}`];
    openssl('req', '-x509', ...KEY, '-keyout', keyFile, '-out', certFile, ...subject);
    return { certFile, keyFile };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return join(this.folder, name);
  }
}

/** Certificate and key as a client takes them. */
export const pemOf = ({ certFile, keyFile }: Certificate) => ({
  cert: readFileSync(certFile, 'utf8'),
  key: readFileSync(keyFile, 'utf8'),
});
