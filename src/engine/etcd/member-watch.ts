/**
 * What the members of etcd say of themselves, asked now and then.
 *
 * @module
 */
import { type EtcdClient, limitOf } from './etcd-client.js';
import { failureOf } from './etcd-failure.js';

const INTERVAL_MS = 1_000;
/** While there is no leader. */
const ANXIOUS_INTERVAL_MS = 200;
const TIMEOUT_MS = 900;

export type MemberState =
  /** `why` it is not: in etcd's or the connection's words. */
  | { readonly endpoint: string; readonly reachable: false; readonly why: string }
  | {
      readonly endpoint: string;
      readonly reachable: true;
      readonly member: string;
      readonly version: string;
      /** Of the member that leads, by this one's word; `0`: it knows of none. */
      readonly leader: string;
      readonly term: number;
      readonly raftIndex: number;
      readonly databaseBytes: number;
    };

export class MemberWatch {
  readonly #client: EtcdClient;
  readonly #endpoints: readonly string[];
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  states: readonly MemberState[];

  constructor(client: EtcdClient, endpoints: readonly string[]) {
    this.#client = client;
    this.#endpoints = endpoints;
    this.states = endpoints.map(endpoint => ({ endpoint, reachable: false, why: 'not asked yet' }));
  }

  /** Some member knows of a leader. */
  get hasLeader(): boolean {
    return this.states.some(state => state.reachable && state.leader !== '0');
  }

  /** Why there is no leader, as far as the members say, in a few words for an operator. */
  get trouble(): string {
    const [first] = this.states.filter(state => !state.reachable);
    return first === undefined ? 'none of them knows of a leader' : `${first.endpoint}: ${first.why}`;
  }

  /** Asks all once, then again and again until `close`. */
  async start(): Promise<void> {
    await this.#look();
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.start(), this.hasLeader ? INTERVAL_MS : ANXIOUS_INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    this.states = await Promise.all(this.#endpoints.map((endpoint, index) => this.#stateOf(endpoint, index)));
  }

  async #stateOf(endpoint: string, index: number): Promise<MemberState> {
    try {
      const status = await this.#client.members[index]?.maintenance.status(
        limitOf(performance.now() + TIMEOUT_MS),
      );
      if (status === undefined) return { endpoint, reachable: false, why: 'not a member' };
      return {
        endpoint,
        reachable: true,
        member: status.header.member_id,
        version: status.version,
        leader: status.leader,
        term: Number(status.raftTerm),
        raftIndex: Number(status.raftIndex),
        databaseBytes: Number(status.dbSize),
      };
    } catch (error) {
      return { endpoint, reachable: false, why: failureOf(error).message };
    }
  }
}
