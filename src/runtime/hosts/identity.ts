/**
 * What a host says of itself, and whether that may be believed beside what is known already.
 *
 * @module
 */
import { LinkError } from './link-error.js';
import { isResidence, type Residence } from './residence.js';

export interface HostIdentity {
  /** Its name in the config's `servers`. */
  readonly host: string;
  /** Another one each time the program starts. */
  readonly instance: string;
  /** Empty: it belongs to no cluster yet. */
  readonly clusterId: string;
  /** How its config lays the cluster out: servers, nodes on each, ports. */
  readonly layout: string;
  /** What it knows of who lives where. */
  readonly residences: readonly Residence[];
}

export const encodeIdentity = (identity: HostIdentity): Buffer => Buffer.from(JSON.stringify(identity));

/** @throws LinkError `garbage` */
export function decodeIdentity(bytes: Buffer): HostIdentity {
  const value = parse(bytes);
  const isWhole =
    typeof value.host === 'string' &&
    typeof value.instance === 'string' &&
    typeof value.clusterId === 'string' &&
    typeof value.layout === 'string' &&
    Array.isArray(value.residences) &&
    value.residences.every(isResidence);
  if (!isWhole) throw new LinkError('garbage', 'its greeting is not that of a host');
  return value as unknown as HostIdentity;
}

function parse(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Reported below, like every other greeting that is none.
  }
  throw new LinkError('garbage', 'its greeting is not that of a host');
}

/** What a host's claims are compared with. */
export interface KnownCluster {
  readonly own: HostIdentity;
  /** The others of the config. */
  readonly peers: readonly string[];
  /** Instance of the process that is connected as this host; null: none is. */
  readonly instanceOf: (host: string) => string | null;
}

/** Null: welcome. */
export function refusalOf(
  identity: HostIdentity,
  { own, peers, instanceOf }: KnownCluster,
): LinkError | null {
  const { host, instance, clusterId, layout } = identity;
  if (clusterId !== '' && own.clusterId !== '' && clusterId !== own.clusterId) {
    return new LinkError('wrong-cluster', `it belongs to cluster ${clusterId}, not to ${own.clusterId}`);
  }
  if (layout !== own.layout) {
    return new LinkError('other-config', `its config says ${layout}, the one here ${own.layout}`);
  }
  if (host === own.host)
    return new LinkError('host-claimed', `it says that it is ${host}, which is this host`);
  if (!peers.includes(host)) {
    return new LinkError('unknown-host', `it says that it is ${host}, which is none of the config's servers`);
  }
  const connected = instanceOf(host);
  if (connected !== null && connected !== instance) {
    return new LinkError('host-claimed', `it says that it is ${host}, as which another process is connected`);
  }
  return claimedTwice(identity, own);
}

/** The same life of a node cannot be at two places; an older one has only not heard yet that it is over. */
function claimedTwice(identity: HostIdentity, own: HostIdentity): LinkError | null {
  for (const claim of identity.residences) {
    const known = own.residences.find(({ node }) => node === claim.node);
    if (known === undefined || known.incarnation !== claim.incarnation || known.host === claim.host) continue;
    const text = `it says that node ${claim.node} lives on ${claim.host}; here it is known to live on ${known.host}`;
    return new LinkError('node-claimed', text);
  }
  return null;
}
