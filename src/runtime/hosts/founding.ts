/**
 * How a host without data becomes part of a cluster.
 *
 * A new cluster is founded by the first host of the config, once all hosts are linked and none has data: its id is drawn
 * then. A host that lost its data is told the cluster's id by any other; its nodes come back under their next
 * incarnation if any of them may have voted as its former self.
 *
 * @module
 */
import type { HostIdentity } from './identity.js';
import { mergeResidence, type Residence } from './residence.js';

export interface Founding {
  readonly clusterId: string;
  readonly residences: readonly Residence[];
}

export interface FoundingState {
  readonly self: string;
  /** All hosts, in the config's order. */
  readonly hosts: readonly string[];
  /** What this host believes without having heard anything: every node of the config where it begins. */
  readonly residences: readonly Residence[];
  /** The last greeting of each other host that is linked. */
  readonly heard: ReadonlyMap<string, HostIdentity>;
  readonly drawClusterId: () => string;
}

/** Null: more hosts must be heard first. */
export function found(state: FoundingState): Founding | null {
  const { self, hosts, heard } = state;
  const isComplete = hosts.every(host => host === self || heard.has(host));
  const clusterId = [...heard.values()].find(identity => identity.clusterId !== '')?.clusterId;
  if (clusterId === undefined) {
    const isFounder = hosts[0] === self;
    return isComplete && isFounder
      ? { clusterId: state.drawClusterId(), residences: state.residences }
      : null;
  }
  const residences = mergeAll(
    state.residences,
    [...heard.values()].flatMap(identity => identity.residences),
  );
  const own = residences.filter(({ host }) => host === self);
  const wasThere = own.some(({ hasStarted, incarnation }) => hasStarted || incarnation > 0);
  // Those not heard may know that this host took part.
  if (!wasThere && !isComplete) return null;
  return {
    clusterId,
    residences: wasThere ? residences.map(residence => nextLife(residence, self)) : residences,
  };
}

/** What this host still waits for, for people. */
export function missingHosts({ self, hosts, heard }: FoundingState): readonly string[] {
  return hosts.filter(host => host !== self && !heard.has(host));
}

function mergeAll(known: readonly Residence[], heard: readonly Residence[]): readonly Residence[] {
  const merged = new Map(known.map(residence => [residence.node, residence]));
  for (const residence of heard) {
    const before = merged.get(residence.node);
    merged.set(residence.node, before === undefined ? residence : mergeResidence(before, residence));
  }
  return [...merged.values()];
}

const nextLife = (residence: Residence, self: string): Residence =>
  residence.host === self && !residence.isRemoved
    ? { ...residence, incarnation: residence.incarnation + 1, hasStarted: false }
    : residence;
