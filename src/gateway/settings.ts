/**
 * The options with their defaults; what `CONFIG SET` may change is not readonly.
 *
 * @module
 */
import {
  DEFAULT_GATEWAY_LIMITS,
  type GatewayLimits,
  type GatewayOptions,
  type NodeEndpoint,
} from './options.js';
import { Users } from './users.js';

export interface Settings {
  readonly node: number;
  readonly host: string;
  port: number;
  readonly nodes: readonly NodeEndpoint[];
  redirect: boolean;
  leaseReads: boolean;
  readonly users: Users;
  limits: GatewayLimits;
  /** Slower commands are remembered; negative: none are. */
  slowLogMicros: number;
  slowLogEntries: number;
  readonly isDataFull: () => boolean;
}

export function settingsOf(options: GatewayOptions): Settings {
  return {
    node: options.node,
    host: options.host,
    port: options.port,
    nodes: options.nodes,
    redirect: options.redirect ?? false,
    leaseReads: options.leaseReads ?? false,
    users: new Users(options.users ?? []),
    limits: limitsOf(options.limits ?? {}),
    slowLogMicros: 100_000,
    slowLogEntries: 128,
    isDataFull: options.isDataFull ?? (() => false),
  };
}

/** A value that is allowed must be able to come in. */
function limitsOf(given: Partial<GatewayLimits>): GatewayLimits {
  const limits = { ...DEFAULT_GATEWAY_LIMITS, ...given };
  const { sizes, parser } = limits;
  const bulkBytes = Math.max(parser.bulkBytes, sizes.valueBytes, sizes.keyBytes);
  const frameBytes = Math.max(parser.frameBytes, 2 * bulkBytes);
  return given.parser === undefined ? { ...limits, parser: { ...parser, bulkBytes, frameBytes } } : limits;
}
