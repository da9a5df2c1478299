/**
 * The verdict of the regression guard: is a build slower than another one, or is the machine only busy?
 *
 * The other build (A) and this one (B) are measured in turn, A B A B … A, so that every B lies between two A's. What B
 * costs is compared with the mean of its neighbours; what neighbouring A's differ by is the noise.
 *
 * @module
 */
import { type Spread, spreadOf } from './spread.js';

/** A loss greater than this counts. */
const LOSS_ALLOWED = 0.2;

/** One figure, smaller is better. `other` has one value more than `ours`. */
interface Alternation {
  readonly ours: readonly number[];
  readonly other: readonly number[];
}

export interface Judgement {
  readonly verdict: 'fine' | 'slower' | 'too-noisy';
  /** Ours over its neighbours'; above 1 is a loss. */
  readonly ratio: Spread;
  /** Greatest share by which two neighbouring measurements of the same build differ. */
  readonly noise: number;
}

/** Slower: by more than is allowed in the median, and in all pairs but one, and only where the same build differs by less. */
export function judge({ ours, other }: Alternation): Judgement {
  const ratios = ours.map((value, turn) => value / mean(at(other, turn), at(other, turn + 1)));
  const noise = Math.max(...other.slice(1).map((value, turn) => difference(value, at(other, turn))));
  const limit = 1 + LOSS_ALLOWED;
  const ratio = spreadOf(ratios);
  const beyond = ratios.filter(each => each > limit).length;
  if (noise > LOSS_ALLOWED) return { verdict: 'too-noisy', ratio, noise };
  const isSlower = ratio.median > limit && beyond >= ratios.length - 1;
  return { verdict: isSlower ? 'slower' : 'fine', ratio, noise };
}

const mean = (one: number, other: number): number => (one + other) / 2;

const difference = (one: number, other: number): number => Math.max(one, other) / Math.min(one, other) - 1;

function at(values: readonly number[], position: number): number {
  const value = values[position];
  if (value === undefined) throw new RangeError(`no measurement ${position} of ${values.length}`);
  return value;
}
