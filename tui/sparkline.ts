/**
 * Charts of one line of text.
 *
 * @module
 */
import type { Glyphs } from './theme.js';

/** The newest values at the right end, `width` cells; scaled from 0 to the largest shown (or `top`). */
export function sparkline(values: readonly number[], width: number, glyphs: Glyphs, top = 0): string {
  const shown = values.slice(-width);
  const highest = Math.max(top, ...shown);
  const levels = [...glyphs.sparks];
  const cells = shown.map(value => {
    const level = highest === 0 ? 0 : Math.ceil((value / highest) * (levels.length - 1));
    return levels[Math.max(0, Math.min(levels.length - 1, level))] ?? ' ';
  });
  return cells.join('').padStart(width);
}

/** `share` of `width` cells filled. */
export function bar(share: number, width: number, glyphs: Glyphs): string {
  const filled = Math.round(Math.max(0, Math.min(1, share)) * width);
  return glyphs.full.repeat(filled) + glyphs.empty.repeat(width - filled);
}
