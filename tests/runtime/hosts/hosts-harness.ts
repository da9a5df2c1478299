/**
 * Host links without clusters behind them, on loopback addresses, and what happened on each.
 *
 * @module
 */
import type { Frame } from '../../../src/node/frame.js';
import { nodeIndex } from '../../../src/node/peer-id.js';
import { type HostAddress, HostLinks } from '../../../src/runtime/hosts/host-links.js';
import type { HostIdentity } from '../../../src/runtime/hosts/identity.js';
import {
  DEFAULT_LINK_TIMES,
  type LinkTimes,
  type QueuedBytes,
} from '../../../src/runtime/hosts/link-connection.js';
import type { LinkSecurity } from '../../../src/runtime/hosts/link-security.js';
import type { Residence } from '../../../src/runtime/hosts/residence.js';

/** Loopback addresses, which are the hosts' names as well. */
export const [A, B, C, D] = ['127.0.1.1', '127.0.1.2', '127.0.1.3', '127.0.1.4'] as const;
export const SECRET = 'a secret of tests, long enough';
/** A greeting is waited for only shortly; silence is not noticed early on a machine that is busy. */
const TIMES: LinkTimes = { ...DEFAULT_LINK_TIMES, greetingMs: 500, silenceMs: 10_000 };

export interface TestHostOptions {
  readonly host: string;
  readonly hosts: readonly HostAddress[];
  readonly identity?: Partial<HostIdentity>;
  readonly security?: LinkSecurity;
  readonly times?: Partial<LinkTimes>;
  readonly queuedBytes?: QueuedBytes;
}

export class LinkedHost {
  readonly name: string;
  readonly links: HostLinks;
  readonly log: string[] = [];
  readonly frames: Frame[] = [];
  ups = 0;
  downs = 0;

  constructor(options: TestHostOptions) {
    const { host, hosts, identity = {}, security, times = {}, queuedBytes } = options;
    this.name = host;
    const self = hosts.find(address => address.host === host) ?? { host, port: 0 };
    const own = identityOf(host, identity);
    this.links = new HostLinks({
      self,
      hosts,
      security: security ?? secured(SECRET),
      times: { ...TIMES, ...times },
      ...(queuedBytes === undefined ? {} : { queuedBytes }),
      identity: () => own,
      events: {
        onUp: () => this.ups++,
        onDown: () => this.downs++,
        onFrame: (_from, frame) => this.frames.push(frame),
        onCall: (from, operation, args) => {
          if (operation === 'fail') throw Object.assign(new Error('as asked'), { code: 'bad-value' });
          return { from, operation, args };
        },
        onNotice: () => {},
        onRefusal: text => this.log.push(text),
      },
    });
  }

  /** Lines of the log about this code, and this peer. */
  logged(code: string, peer = ''): readonly string[] {
    return this.log.filter(line => line.endsWith(`(${code})`) && line.includes(peer));
  }
}

export const secured = (secret: string): LinkSecurity => ({ secret: Buffer.from(secret), tls: null });

export function identityOf(host: string, changes: Partial<HostIdentity> = {}): HostIdentity {
  const residences = [A, B, C].map((name, node) => residence(node, name));
  return {
    host,
    instance: `${host}-${Math.random()}`,
    clusterId: 'the cluster',
    layout: 'a, b and c',
    residences,
    ...changes,
  };
}

export const residence = (node: number, host: string, incarnation = 0): Residence => ({
  node,
  host,
  incarnation,
  hasStarted: true,
  isRemoved: false,
});

/** Messages of these kinds, each of so many bytes. */
export function frameOf(kinds: readonly number[], bytes = 4, fill = 7): Frame {
  const ends = kinds.map((_, position) => (position + 1) * bytes);
  const body = new Uint8Array(kinds.length * bytes).fill(fill);
  return { from: nodeIndex(0), to: nodeIndex(1), kinds, ends, body };
}

/** Runs `use`, then closes all hosts. */
export async function withHosts(hosts: readonly LinkedHost[], use: () => Promise<unknown>): Promise<void> {
  try {
    for (const { links } of hosts) await links.open();
    await use();
  } finally {
    await Promise.all(hosts.map(({ links }) => links.close()));
  }
}
