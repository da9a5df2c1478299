/**
 * What the gateway remembers of a client, beside its bytes.
 *
 * @module
 */
import type { WatchedKey } from '../kv/batch-builder.js';
import type { Transaction } from './transaction.js';
import type { UserAccount } from './users.js';

/** `off`: no replies until `on`. `skip`: the next command is not answered. */
export type ReplyMode = 'on' | 'off' | 'skip';

export class ClientState {
  readonly id: number;
  /** `host:port` of the client. */
  readonly address: string;
  readonly localAddress: string;
  readonly connectedAtMs: number;
  lastCommandAtMs: number;
  lastCommand = 'NULL';
  name = '';
  libraryName = '';
  libraryVersion = '';
  /** Null: has not said a password yet. */
  user: UserAccount | null;
  /** After READONLY: reads are answered by this replica as it is. */
  readOnly = false;
  noEvict = false;
  noTouch = false;
  replyMode: ReplyMode = 'on';
  transaction: Transaction | null = null;
  watched: WatchedKey[] = [];
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();

  constructor(id: number, address: string, localAddress: string, user: UserAccount | null, nowMs: number) {
    this.id = id;
    this.address = address;
    this.localAddress = localAddress;
    this.user = user;
    this.connectedAtMs = nowMs;
    this.lastCommandAtMs = nowMs;
  }

  get subscriptionCount(): number {
    return this.channels.size + this.patterns.size;
  }

  get authenticated(): boolean {
    return this.user !== null;
  }
}
