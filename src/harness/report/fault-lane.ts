/**
 * The faults of a run as labelled bars above the charts, in as many rows as overlap.
 *
 * @module
 */
import type { FaultPeriod } from '../nemesis.js';
import { LEFT, round, seconds, svg, type TimeScale } from './chart.js';
import { escapeHtml } from './html.js';

const ROW = 22;
const MAX_ROWS = 8;
/** Of a letter. */
const LETTER_WIDTH = 6.4;

/** The first row in which a period does not overlap an earlier one. */
function rowsOf(faults: readonly FaultPeriod[]): readonly number[] {
  const freeFromMs: number[] = [];
  return faults.map(({ fromMs, toMs }) => {
    const free = freeFromMs.findIndex(atMs => atMs <= fromMs);
    const row = free === -1 ? freeFromMs.length : free;
    freeFromMs[row] = toMs;
    return Math.min(row, MAX_ROWS - 1);
  });
}

export function faultLane(faults: readonly FaultPeriod[], scale: TimeScale): string {
  const rows = rowsOf(faults);
  const height = ROW * (1 + Math.max(0, ...rows)) + 2;
  const bars = faults.map(({ kind, line, fromMs, toMs }, index) => {
    const x = round(scale.x(fromMs));
    const width = Math.max(3, round(scale.x(toMs) - x));
    const y = (rows[index] ?? 0) * ROW;
    const fitting = Math.floor((width - 8) / LETTER_WIDTH);
    const text = line.length <= fitting ? line : fitting > 3 ? `${line.slice(0, fitting - 1)}…` : '';
    const title = `${line}, ${seconds(fromMs)} to ${seconds(toMs)}`;
    const label = text === '' ? '' : `<text x="${x + 5}" y="${y + 14}">${escapeHtml(text)}</text>`;
    return `<g class="fault-bar"><title>${escapeHtml(title)}</title><rect class="${escapeHtml(kind)}" x="${x}" y="${y + 1}" width="${width}" height="${ROW - 4}" rx="4"/>${label}</g>`;
  });
  const name = `<text x="${LEFT - 8}" y="14" text-anchor="end">faults</text>`;
  return svg(height, `${faults.length} faults over time`, name + bars.join(''), 0);
}
