/**
 * One row of the gateway's own command table: what is about the connection or the cluster, not about keys.
 *
 * @module
 */
import type { CommandArguments, Engine, ReadConsistency } from '../../engine/engine.js';
import type { Command } from '../../kv/commands/command.js';
import type { Reply } from '../../kv/reply.js';
import type { BackupSource } from '../../runtime/backups.js';
import type { ClusterHandle } from '../../runtime/handle.js';
import type { ClientState } from '../client-state.js';
import type { GatewayMetrics } from '../metrics.js';
import type { PubSub, Subscriber } from '../pubsub.js';
import type { Protocol } from '../resp/writer.js';
import type { Settings } from '../settings.js';
import type { SlowLog } from '../slow-log.js';
import type { Tap, TapWatcher } from '../tap.js';
import type { Role, UserAccount } from '../users.js';

/** Control of the running cluster, when there is one behind this gateway. */
export type GatewayAdmin = Pick<ClusterHandle, 'execute' | 'status'>;

/** A connection as commands see it. */
export interface Client extends TapWatcher, Subscriber {
  readonly state: ClientState;
  protocol: Protocol;
  /** Answers what is due, then closes. */
  endAfterReply(): void;
  /** Closes at once. */
  destroy(): void;
  /** From now on it is this user, or with null a stranger, for whom narrower limits apply. */
  logIn(user: UserAccount | null): void;
  /** Bytes received and not executed. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Runs read-only store commands after everything before them; one reply for each. */
  read(commands: readonly CommandArguments[], consistency?: ReadConsistency): Promise<readonly Reply[]>;
}

/** What commands may use of the gateway. */
export interface GatewayServices {
  readonly settings: Settings;
  readonly engine: Engine;
  readonly admin: GatewayAdmin | null;
  /** Null: there is no snapshot to hand out. */
  readonly backups: BackupSource | null;
  readonly metrics: GatewayMetrics;
  readonly slowLog: SlowLog;
  readonly tap: Tap;
  readonly pubsub: PubSub;
  readonly clients: ReadonlyMap<number, Client>;
  readonly startedAtMs: number;
  readonly table: CommandTable;
  readonly inFlightBytes: () => number;
}

/** Nothing is answered. */
export const NO_REPLY: unique symbol = Symbol('no reply');

export type CommandResultReply = Reply | typeof NO_REPLY;

/** What COMMAND and the documentation tell about a command of the gateway. */
export interface CommandDescription {
  /** Lower case. */
  readonly name: string;
  /** As in Redis: number of words, the name included; negative: at least so many. */
  readonly arity: number;
  readonly group: 'connection' | 'server' | 'cluster' | 'transactions' | 'pubsub' | 'raft';
  readonly summary: string;
  readonly difference?: string;
}

export interface GatewayCommand extends CommandDescription {
  /** What a user must be; default `read-only`. */
  readonly role?: Role;
  /** Allowed before AUTH. */
  readonly withoutAuth?: boolean;
  /** Executed at once also between MULTI and EXEC; others are refused there. */
  readonly inTransaction?: boolean;
  /**
   * `inline`: answers at once, so it may stand between others of a pipeline. `exclusive`: begins when everything
   * before it is answered, and nothing after it begins before it is.
   */
  readonly order: 'inline' | 'exclusive';
  /** `args` without the name; their number is right for `arity`. */
  readonly run: (
    client: Client,
    args: readonly string[],
    gateway: GatewayServices,
  ) => CommandResultReply | Promise<CommandResultReply>;
}

/** `exec` and `once` are records of their own in the log. */
export type CommandEntry =
  | { readonly kind: 'store'; readonly command: Command }
  | { readonly kind: 'gateway'; readonly command: GatewayCommand }
  | { readonly kind: 'exec'; readonly command: CommandDescription }
  | { readonly kind: 'once'; readonly command: Command };

export interface CommandTable {
  /** By name. */
  readonly all: readonly CommandEntry[];
  /** Whatever the case of `name`. */
  readonly find: (name: string) => CommandEntry | undefined;
}
