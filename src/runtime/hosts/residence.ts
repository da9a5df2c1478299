/**
 * Which node lives on which host. Every host keeps the whole list; where two lists differ, the later life of a node counts,
 * so that lists may be exchanged in any order.
 *
 * @module
 */

export interface Residence {
  readonly node: number;
  readonly host: string;
  /** Grows whenever the node joins as another member: its disk was lost, or it moved. */
  readonly incarnation: number;
  /** It may have taken part under this incarnation: without its disk it must not come back as the same member. */
  readonly hasStarted: boolean;
  readonly isRemoved: boolean;
}

export function isResidence(value: unknown): value is Residence {
  if (typeof value !== 'object' || value === null) return false;
  const { node, host, incarnation, hasStarted, isRemoved } = value as Partial<Residence>;
  return (
    isWhole(node, 254) &&
    typeof host === 'string' &&
    isWhole(incarnation, 0x7f_ffff) &&
    typeof hasStarted === 'boolean' &&
    typeof isRemoved === 'boolean'
  );
}

const isWhole = (value: unknown, most: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;

/** What is known of a node after hearing `heard`; the same object when that is nothing new. */
export function mergeResidence(known: Residence, heard: Residence): Residence {
  if (heard.incarnation !== known.incarnation) return heard.incarnation > known.incarnation ? heard : known;
  // Two hosts took in the same new node at the same moment: all hosts choose the same one of them.
  if (heard.host !== known.host) return heard.host < known.host ? heard : known;
  const hasStarted = known.hasStarted || heard.hasStarted;
  const isRemoved = known.isRemoved || heard.isRemoved;
  if (hasStarted === known.hasStarted && isRemoved === known.isRemoved) return known;
  return { ...known, hasStarted, isRemoved };
}
