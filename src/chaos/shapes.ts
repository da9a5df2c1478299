/**
 * Connection matrices that give the network a shape: 0 passes, 1 is cut.
 *
 * @module
 */

export type ShapeMatrix = readonly (readonly number[])[];

const matrixOf = (size: number, passes: (from: number, to: number) => boolean): ShapeMatrix =>
  Array.from({ length: size }, (_, from) =>
    Array.from({ length: size }, (_, to) => (from === to || passes(from, to) ? 0 : 1)),
  );

/** Nodes of one group see each other and nobody else. Nodes in no group see nobody. */
export const partitionMatrix = (size: number, groups: readonly (readonly number[])[]): ShapeMatrix => {
  const groupOf = new Map<number, number>();
  for (const [index, group] of groups.entries()) {
    for (const node of group) groupOf.set(node, index);
  }
  return matrixOf(size, (from, to) => {
    const group = groupOf.get(from);
    return group !== undefined && group === groupOf.get(to);
  });
};

/** The nodes before and after `bridge` form two halves, which see each other only through it. */
export const bridgeMatrix = (size: number, members: readonly number[], bridge: number): ShapeMatrix => {
  const others = members.filter(node => node !== bridge);
  const half = new Set(others.slice(0, Math.floor(others.length / 2)));
  const belongs = new Set(members);
  return matrixOf(size, (from, to) => {
    if (!belongs.has(from) || !belongs.has(to)) return false;
    return from === bridge || to === bridge || half.has(from) === half.has(to);
  });
};

/** Fewer nodes than this are all neighbours of each other in a ring of majorities. */
export const SMALLEST_RING = 4;

/** Each node sees its nearest neighbours on both sides, as few as make a majority with itself. */
export const ringMatrix = (size: number, members: readonly number[]): ShapeMatrix => {
  const count = members.length;
  const reach = Math.ceil(Math.floor(count / 2) / 2);
  const places = new Map(members.map((node, place) => [node, place]));
  return matrixOf(size, (from, to) => {
    const one = places.get(from);
    const other = places.get(to);
    if (one === undefined || other === undefined) return false;
    const distance = Math.abs(one - other);
    return Math.min(distance, count - distance) <= reach;
  });
};
