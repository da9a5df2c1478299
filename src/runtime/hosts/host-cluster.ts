/**
 * The cluster this host belongs to: what is on its disk, or what the other hosts say once enough of them are there.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type ClusterConfig, hostOfFounder } from '../../config/cluster-config.js';
import { DataDirectory } from '../data-directory.js';
import { Roster } from '../roster.js';
import { type Founding, type FoundingState, found, missingHosts } from './founding.js';
import type { HostIdentity } from './identity.js';
import type { Residence } from './residence.js';

export interface HostClusterOptions {
  readonly self: string;
  readonly config: ClusterConfig;
  readonly founders: number;
  /** Null: the host keeps everything in memory. */
  readonly dataDirectory: string | null;
}

interface Founded {
  readonly clusterId: string;
  readonly roster: Roster;
}

export class HostCluster {
  readonly #options: HostClusterOptions;
  readonly #instance = randomUUID();
  readonly #heard = new Map<string, HostIdentity>();
  #founded: Founded | null = null;
  /** Called once, when the host belongs to a cluster. Not for one whose data was there already. */
  onFounded: () => void = () => {};

  /** @throws DataDirectoryError */
  constructor(options: HostClusterOptions) {
    this.#options = options;
    const { self, config, founders, dataDirectory } = options;
    if (dataDirectory === null || !DataDirectory.exists(dataDirectory)) return;
    const directory = DataDirectory.open(dataDirectory, founders, self);
    this.#founded = {
      clusterId: directory.clusterId,
      roster: new Roster({ config, founders, directory, self }),
    };
  }

  /** Null: it is not known yet. */
  get founded(): Founded | null {
    return this.#founded;
  }

  get isDurable(): boolean {
    return this.#options.dataDirectory !== null;
  }

  /** Hosts that must be reached before this one can begin. */
  get missing(): readonly string[] {
    return missingHosts(this.#state());
  }

  identity(): HostIdentity {
    const { self, config } = this.#options;
    return {
      host: self,
      instance: this.#instance,
      clusterId: this.#founded?.clusterId ?? '',
      layout: `${config.servers.join(',')} × ${config.nodesPerServer} from port ${config.portStart}`,
      residences: this.#founded?.roster.residences ?? this.#configured(),
    };
  }

  hear(identity: HostIdentity): void {
    this.#heard.set(identity.host, identity);
    if (this.#founded === null) this.#tryToFind();
    else for (const residence of identity.residences) this.#founded.roster.hear(residence);
  }

  lose(host: string): void {
    this.#heard.delete(host);
  }

  #tryToFind(): void {
    const founding = found(this.#state());
    if (founding === null) return;
    this.#founded = { clusterId: founding.clusterId, roster: this.#openRoster(founding) };
    this.onFounded();
  }

  #openRoster({ clusterId, residences }: Founding): Roster {
    const { self, config, founders, dataDirectory } = this.#options;
    if (dataDirectory === null) {
      const roster = new Roster({ config, founders, directory: null, self });
      for (const residence of residences) roster.hear(residence);
      return roster;
    }
    const directory = DataDirectory.found(dataDirectory, { clusterId, founders, host: self }, residences);
    return new Roster({ config, founders, directory, self });
  }

  #state(): FoundingState {
    const { self, config } = this.#options;
    return {
      self,
      hosts: config.servers,
      residences: this.#configured(),
      heard: this.#heard,
      drawClusterId: randomUUID,
    };
  }

  #configured(): readonly Residence[] {
    const { config, founders } = this.#options;
    return Array.from({ length: founders }, (_, node) => ({
      node,
      host: hostOfFounder(config, node),
      incarnation: 0,
      hasStarted: false,
      isRemoved: false,
    }));
  }
}
