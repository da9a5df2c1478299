/**
 * Whether a figure that should stay where it is has moved over a long run, or only scattered.
 *
 * @module
 */
import { spreadOf } from './spread.js';

export interface Drift {
  /** By least squares, a minute. */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly slopeError: number;
  /** Medians of the first and of the last third of the samples. */
  readonly first: number;
  readonly last: number;
  /** Share by which the last third lies above the first. */
  readonly rise: number;
  /** How far the samples of a third lie from its median, as a share of it: the median of both thirds. */
  readonly noise: number;
  readonly hasRisen: boolean;
}

/** A rise below this is no drift, however steady it is. */
const RISE_ALLOWED = 0.05;
/** A slope of so many standard errors is not chance. */
const CERTAIN_ERRORS = 3;
export const FEWEST_SAMPLES = 6;

/**
 * `samples`: one a minute. It has risen when the line through all samples does so beyond chance, *and* the last third lies above the first
 * by more than what the samples of a third scatter and by more than a twentieth.
 * @throws RangeError for fewer than six samples
 */
export function driftOf(samples: readonly number[]): Drift {
  if (samples.length < FEWEST_SAMPLES) throw new RangeError(`${samples.length} samples are too few`);
  const third = Math.floor(samples.length / 3);
  const early = samples.slice(0, third);
  const late = samples.slice(-third);
  const first = spreadOf(early).median;
  const last = spreadOf(late).median;
  const { slope, slopeError } = lineThrough(samples);
  const rise = last / first - 1;
  const noise = (scatterOf(early, first) + scatterOf(late, last)) / 2;
  const isCertain = slope > CERTAIN_ERRORS * slopeError;
  const hasRisen = isCertain && rise > Math.max(noise, RISE_ALLOWED);
  return { slope, slopeError, first, last, rise, noise, hasRisen };
}

const scatterOf = (samples: readonly number[], median: number): number =>
  spreadOf(samples.map(sample => Math.abs(sample - median))).median / median;

function lineThrough(samples: readonly number[]): { readonly slope: number; readonly slopeError: number } {
  const count = samples.length;
  const meanX = (count - 1) / 2;
  const meanY = samples.reduce((sum, sample) => sum + sample, 0) / count;
  let squaresX = 0;
  let products = 0;
  samples.forEach((sample, x) => {
    squaresX += (x - meanX) ** 2;
    products += (x - meanX) * (sample - meanY);
  });
  const slope = products / squaresX;
  const residuals = samples.reduce((sum, sample, x) => sum + (sample - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, slopeError: Math.sqrt(residuals / (count - 2) / squaresX) };
}
