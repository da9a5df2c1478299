/**
 * The connection matrix at each change: a strip of small pictures that are also the way to that moment, and the place where the
 * script shows one of them large.
 *
 * @module
 */
import type { MatrixChange } from '../observer.js';
import { seconds } from './chart.js';
import { escapeHtml } from './html.js';

const CELL = 10;

const percent = (drop: number): number => Math.round(drop * 100);

function thumbnail(rows: MatrixChange['rows']): string {
  const size = rows.length * CELL;
  const cells = rows.flatMap((row, from) =>
    row.map((drop, to) => {
      const kind = from === to ? 'self' : drop > 0 ? 'cut' : 'open';
      const opacity = kind === 'cut' ? ` fill-opacity="${0.25 + 0.75 * drop}"` : '';
      return `<rect class="cell ${kind}"${opacity} x="${to * CELL}" y="${from * CELL}" width="${CELL - 1}" height="${CELL - 1}"/>`;
    }),
  );
  return `<svg viewBox="0 0 ${size} ${size}" aria-hidden="true">${cells.join('')}</svg>`;
}

/** `all links perfect`, or how many are cut and lossy. */
function describeMatrix(rows: MatrixChange['rows']): string {
  const drops = rows.flatMap((row, from) => row.filter((_, to) => from !== to));
  const cut = drops.filter(drop => drop === 1).length;
  const lossy = drops.filter(drop => drop > 0 && drop < 1);
  if (cut + lossy.length === 0) return 'all links perfect';
  const parts = [];
  if (cut > 0) parts.push(`${cut} of ${drops.length} links cut`);
  if (lossy.length > 0) {
    const [low, high] = [Math.min(...lossy), Math.max(...lossy)].map(percent);
    parts.push(`${lossy.length} lose ${low === high ? `${low}` : `${low}–${high}`} %`);
  }
  return parts.join(', ');
}

export function matrixHtml(changes: readonly MatrixChange[]): string {
  if (changes.length === 0) return '<p>The matrix was not seen.</p>';
  const buttons = changes.map(({ atMs, rows }) => {
    const text = describeMatrix(rows);
    return `<li><button type="button" class="thumb" data-at="${Math.round(atMs)}" title="${escapeHtml(text)}" aria-label="Matrix from ${seconds(atMs)} on: ${escapeHtml(text)}">${thumbnail(rows)}<span>${seconds(atMs)}</span></button></li>`;
  });
  return `<div class="now"><div class="large" tabindex="0" role="region" aria-label="Matrix at this moment"><table class="matrix" id="matrix"><caption>From row to column: probability that a message is dropped</caption></table></div><ul class="nodes" id="nodes" aria-label="Nodes at this moment"></ul></div><ol class="strip" tabindex="0" aria-label="The matrix at each change">${buttons.join('')}</ol>`;
}
