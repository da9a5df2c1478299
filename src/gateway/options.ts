/**
 * What a gateway is told when it starts.
 *
 * @module
 */
import { DEFAULT_LIMITS, type Limits } from '../kv/limits.js';
import type { BackupSource } from '../runtime/backups.js';
import { DEFAULT_PARSER_LIMITS, type ParserLimits } from './resp/limits.js';
import type { TlsOptions } from './tls.js';
import type { UserAccount } from './users.js';

/** Sizes are bytes unless the name says otherwise. What happens at each limit is said beside it. */
export interface GatewayLimits {
  /** Connections beyond it are told `max number of clients reached` and closed. */
  readonly clients: number;
  /** Over it: a protocol error, and the connection is closed. */
  readonly parser: ParserLimits;
  /** Over it: an error for that command. */
  readonly sizes: Limits;
  /** A longer pipeline is executed in several parts. */
  readonly segmentCommands: number;
  readonly segmentBytes: number;
  /** A batch is closed once it is this large; one segment more may be in it. */
  readonly batchBytes: number;
  /** Later batches wait in the gateway and grow. */
  readonly batchesInFlight: number;
  /** Commands accepted and not answered, of all connections; over it: `-OOM`, not executed. */
  readonly inFlightBytes: number;
  /** Bytes received and not parsed of one connection; over it its socket is not read. */
  readonly inputBytes: number;
  /** Of all connections: input and queued transactions; over it a connection that holds much of it is closed. */
  readonly totalInputBytes: number;
  /** Replies a connection has not taken; over it nothing more of it is executed. */
  readonly outputHighBytes: number;
  /** Over it (one giant reply to a client that does not read) the connection is closed. */
  readonly outputLimitBytes: number;
  /** A client that takes nothing of a waiting reply for so long is disconnected. */
  readonly outputStallMs: number;
}

export const DEFAULT_GATEWAY_LIMITS: GatewayLimits = {
  clients: 10_000,
  parser: DEFAULT_PARSER_LIMITS,
  sizes: DEFAULT_LIMITS,
  segmentCommands: 1024,
  segmentBytes: 1024 * 1024,
  batchBytes: 1024 * 1024,
  batchesInFlight: 3,
  inFlightBytes: 256 * 1024 * 1024,
  inputBytes: 256 * 1024,
  totalInputBytes: 512 * 1024 * 1024,
  outputHighBytes: 1024 * 1024,
  outputLimitBytes: 256 * 1024 * 1024,
  outputStallMs: 60_000,
};

/** A node as clients reach it. */
export interface NodeEndpoint {
  readonly node: number;
  readonly host: string;
  readonly port: number;
}

export interface GatewayOptions {
  /** This node. */
  readonly node: number;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** All nodes of the cluster, this one included, for the CLUSTER commands. */
  readonly nodes: readonly NodeEndpoint[];
  /** Answer `-MOVED` at followers instead of forwarding; default false. */
  readonly redirect?: boolean;
  /** Reads by the leader's lease instead of ReadIndex; default false. */
  readonly leaseReads?: boolean;
  /** Default none: then no password is asked for, and only loopback addresses are listened on. */
  readonly users?: readonly UserAccount[];
  /** Default: what comes and goes is not encrypted. */
  readonly tls?: TlsOptions;
  readonly limits?: Partial<GatewayLimits>;
  /** For RAFT BACKUP; default none. */
  readonly backups?: BackupSource;
  /** The store holds as much as it may: commands that could add to it are refused. Default: it never does. */
  readonly isDataFull?: () => boolean;
}
