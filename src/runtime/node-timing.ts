/**
 * A config's times in the driver's unit.
 *
 * @module
 */
import type { ClusterConfig } from '../config/cluster-config.js';

export interface NodeTiming {
  readonly tickMs: number;
  readonly heartbeatTicks: number;
  readonly electionTicks: number;
  readonly electionTicksMax: number;
  /** How long a request may wait for its outcome. */
  readonly requestTicks: number;
}

/** Fine enough that nodes rarely draw the same election timeout, coarse enough to cost nothing. */
const TICKS_PER_HEARTBEAT = 5;
const MIN_TICK_MS = 5;
const MAX_TICK_MS = 50;

export function nodeTiming(config: ClusterConfig): NodeTiming {
  const wanted = config.heartbeatMs / TICKS_PER_HEARTBEAT;
  const tickMs = Math.min(MAX_TICK_MS, Math.max(MIN_TICK_MS, wanted));
  const heartbeatTicks = Math.max(1, Math.round(config.heartbeatMs / tickMs));
  const electionTicks = Math.max(heartbeatTicks + 1, Math.round(config.electionTimeoutMinMs / tickMs));
  const maxTicks = Math.round(config.electionTimeoutMaxMs / tickMs);
  return {
    tickMs,
    heartbeatTicks,
    electionTicks,
    electionTicksMax: Math.max(electionTicks, maxTicks),
    requestTicks: Math.max(1, Math.ceil(config.rpcTimeoutMs / tickMs)),
  };
}
