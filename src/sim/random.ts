/**
 * One generator for each part of a run, all from the run's seed: what one part draws does not move the others.
 *
 * @module
 */
import { deriveSeed, Random } from '../runtime/random.js';

export { Random } from '../runtime/random.js';

const PARTS = ['plan', 'network', 'disk', 'turns', 'clients', 'faults', 'nodes'] as const;

export type RandomPart = (typeof PARTS)[number];

export const randomFor = (seed: number, part: RandomPart, instance = 0): Random =>
  new Random(deriveSeed(deriveSeed(seed, PARTS.indexOf(part)), instance));

/** Between `low` and `high`, each decade as likely as the next: rates that differ by orders of magnitude. */
export function logUniform(random: Random, low: number, high: number): number {
  return low * (high / low) ** random.unit();
}

/** Exponential with the given mean: most are short, a few very long. */
export const exponential = (random: Random, mean: number): number => -mean * Math.log(1 - random.unit());

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** `count` of the items, in random order. */
export function sample<T>(random: Random, items: readonly T[], count: number): T[] {
  const rest = [...items];
  const chosen: T[] = [];
  while (chosen.length < count && rest.length > 0) {
    chosen.push(...rest.splice(random.below(rest.length), 1));
  }
  return chosen;
}
