/**
 * The faults of all links as hosts tell them to each other: whole, with a version, so that the newest is the one that
 * holds wherever it arrives, and a host that was away takes it over when it is back.
 *
 * @module
 */
import { type LinkFaults, PERFECT_LINK } from '../link.js';
import type { Router } from '../router.js';

export interface FaultTable {
  /** Changes since the cluster began; of two with as many, that of the host with the greater name is the newer. */
  readonly changes: number;
  readonly host: string;
  /** Links that are not perfect. */
  readonly links: readonly FaultyLink[];
}

interface FaultyLink {
  readonly from: number;
  readonly to: number;
  readonly faults: LinkFaults;
}

export const NO_FAULTS: FaultTable = { changes: 0, host: '', links: [] };

export const isNewer = (one: FaultTable, other: FaultTable): boolean =>
  one.changes > other.changes || (one.changes === other.changes && one.host > other.host);

export const isSameVersion = (one: FaultTable, other: FaultTable): boolean =>
  one.changes === other.changes && one.host === other.host;

/** What the router does to its links now. */
export function faultyLinks(router: Router): readonly FaultyLink[] {
  const links: FaultyLink[] = [];
  for (let from = 0; from < router.size; from++) {
    for (let to = 0; to < router.size; to++) {
      const faults = router.faults(from, to);
      if (from !== to && !isPerfect(faults)) links.push({ from, to, faults });
    }
  }
  return links;
}

/** Gives every link of the router the faults of the table. What was held on a link that is perfect now is delivered. */
export function applyFaults(router: Router, { links }: FaultTable): void {
  const size = Math.max(router.size, ...links.map(({ from, to }) => Math.max(from, to) + 1));
  router.grow(size);
  const faulty = new Map(links.map(({ from, to, faults }) => [from * size + to, faults]));
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      if (from !== to) router.setFaults(from, to, faulty.get(from * size + to) ?? PERFECT_LINK);
    }
  }
  if (links.length === 0) router.releaseHeld();
}

const isPerfect = (faults: LinkFaults): boolean =>
  faults.drop === 0 &&
  faults.delayMs === 0 &&
  faults.jitterMs === 0 &&
  faults.duplicate === 0 &&
  faults.reorder === 0 &&
  !faults.clogged &&
  faults.filtered.length === 0;
