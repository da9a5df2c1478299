/**
 * What a host is told about the links to the others.
 *
 * @module
 */
import type { LinkTimes } from './link-connection.js';
import type { LinkTlsFiles } from './link-security.js';

export interface HostsSpec {
  /** The server of the config whose nodes run here. */
  readonly self: string;
  /** Null: none is asked for. */
  readonly secret: string | null;
  readonly tls: LinkTlsFiles | null;
  readonly times?: LinkTimes;
}
