/**
 * What RAFT STATUS answers: the status of a cluster, or what an engine that is no cluster of ours says of itself.
 *
 * @module
 */
import type { ClusterStatus } from '../runtime/status.js';

/** What stores the data behind a gateway without nodes of its own. */
export interface EngineStatus {
  readonly engine: string;
  readonly [fact: string]: unknown;
}

export const parseStatus = (text: string): ClusterStatus | EngineStatus =>
  JSON.parse(text) as ClusterStatus | EngineStatus;

export const isClusterStatus = (status: ClusterStatus | EngineStatus): status is ClusterStatus =>
  'nodes' in status;

/** A line for each fact, and for each item of a list. */
export const engineText = ({ engine, ...facts }: EngineStatus): string =>
  [
    `${engine} behind this gateway`,
    ...Object.entries(facts).flatMap(([name, value]) =>
      Array.isArray(value) ? value.map(item => `  ${factsText(item)}`) : [`  ${name}: ${String(value)}`],
    ),
  ].join('\n');

const factsText = (item: unknown): string =>
  typeof item === 'object' && item !== null
    ? Object.entries(item)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', ')
    : String(item);
