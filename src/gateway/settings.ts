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

export interface Settings {
  readonly node: number;
  readonly host: string;
  port: number;
  readonly nodes: readonly NodeEndpoint[];
  redirect: boolean;
  leaseReads: boolean;
  password: string | null;
  limits: GatewayLimits;
}

export function settingsOf(options: GatewayOptions): Settings {
  return {
    node: options.node,
    host: options.host,
    port: options.port,
    nodes: options.nodes,
    redirect: options.redirect ?? false,
    leaseReads: options.leaseReads ?? false,
    password: options.password ?? null,
    limits: { ...DEFAULT_GATEWAY_LIMITS, ...options.limits },
  };
}
