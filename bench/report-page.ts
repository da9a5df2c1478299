/**
 * The report page of the benchmarks: for each kind of measurement its newest result as bars (median, lowest and highest round), and the
 * medians of all kept commits as a line. One HTML file without scripts, written beside the results.
 *
 * @module
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bar, Plot } from './plots.js';
import { spreadOf } from './spread.js';

interface Kept {
  readonly kind: string;
  readonly commit: string;
  readonly at: string;
  readonly machine: string;
  readonly loadAverage?: readonly number[];
  readonly plots?: readonly Plot[];
}

const WIDTH = 860;
const NAME_WIDTH = 330;
const VALUE_WIDTH = 130;
const ROW_HEIGHT = 22;
const LINE_HEIGHT = 120;

const STYLE = `body{font:14px system-ui,sans-serif;max-width:${WIDTH + 40}px;margin:2em auto;padding:0 1em;color:#222;background:#fff}
h2{margin-top:2.2em}h3{margin-bottom:.3em}svg{display:block;max-width:100%}.note{color:#666}
text{font:12px system-ui,sans-serif;fill:#222}.bar{fill:#4f7cac}.range{stroke:#222;stroke-width:1.5}
.line{fill:none;stroke:#4f7cac;stroke-width:2}.dot{fill:#4f7cac}
@media(prefers-color-scheme:dark){body{background:#16181c;color:#ddd}text{fill:#ddd}.range{stroke:#ddd}.note{color:#999}}`;

/** @returns the file */
export function writeReportPage(folder: string): string {
  const file = join(folder, 'report.html');
  writeFileSync(file, reportPage(readKept(folder)));
  return file;
}

function readKept(folder: string): readonly Kept[] {
  const files = readdirSync(folder).filter(name => name.endsWith('.json'));
  return files
    .map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Kept)
    .filter(({ plots }) => plots !== undefined && plots.length > 0)
    .sort((one, other) => one.at.localeCompare(other.at));
}

function reportPage(results: readonly Kept[]): string {
  const kinds = [...new Set(results.map(({ kind }) => kind))].sort();
  const sections = kinds.map(kind => section(results.filter(result => result.kind === kind)));
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>raftkv: measurements</title><style>${STYLE}</style>` +
    `<h1>Measurements</h1>${sections.join('')}</html>\n`
  );
}

/** `results`: of one kind, oldest first. */
function section(results: readonly Kept[]): string {
  const newest = results.at(-1);
  if (newest === undefined) return '';
  const load = newest.loadAverage?.[0];
  const busy = load === undefined ? '' : `; load average ${load.toFixed(1)}`;
  const note = `<p class="note">${escaped(newest.machine)} Commit ${escaped(newest.commit)}, ${escaped(newest.at)}${busy}.</p>`;
  const plots = (newest.plots ?? []).map(
    plot => drawBars(plot) + drawHistory(plot.title, plot.unit, results),
  );
  return `<h2>${escaped(newest.kind)}</h2>${note}${plots.join('')}`;
}

function drawBars({ title, unit, bars }: Plot): string {
  const highest = Math.max(...bars.flatMap(({ values }) => values), Number.MIN_VALUE);
  const scale = (WIDTH - NAME_WIDTH - VALUE_WIDTH) / highest;
  const rows = bars.map((bar, row) => drawBar(bar, row * ROW_HEIGHT, scale));
  return (
    `<h3>${escaped(title)}, ${escaped(unit)}</h3>` +
    `<svg viewBox="0 0 ${WIDTH} ${bars.length * ROW_HEIGHT}" width="${WIDTH}" role="img">${rows.join('')}</svg>`
  );
}

function drawBar({ name, values }: Bar, top: number, scale: number): string {
  const { median, lowest, highest } = spreadOf(values);
  const middle = top + ROW_HEIGHT / 2;
  const x = (value: number): string => (NAME_WIDTH + value * scale).toFixed(1);
  return (
    `<text x="${NAME_WIDTH - 8}" y="${middle + 4}" text-anchor="end">${escaped(name)}</text>` +
    `<rect class="bar" x="${NAME_WIDTH}" y="${top + 3}" width="${(median * scale).toFixed(1)}" height="${ROW_HEIGHT - 6}"/>` +
    `<line class="range" x1="${x(lowest)}" x2="${x(highest)}" y1="${middle}" y2="${middle}"/>` +
    `<text x="${(NAME_WIDTH + highest * scale + 8).toFixed(1)}" y="${middle + 4}">${shortNumber(median)}</text>`
  );
}

/** The first bar's median over the commits; nothing as long as there is only one. */
function drawHistory(title: string, unit: string, results: readonly Kept[]): string {
  const points = results.flatMap(({ commit, plots }) => {
    const bar = plots?.find(plot => plot.title === title)?.bars[0];
    return bar === undefined ? [] : [{ commit, name: bar.name, median: spreadOf(bar.values).median }];
  });
  if (points.length < 2) return '';
  const highest = Math.max(...points.map(({ median }) => median), Number.MIN_VALUE);
  const x = (point: number): number => 20 + (point * (WIDTH - 140)) / (points.length - 1);
  const y = (median: number): number => LINE_HEIGHT - 22 - (median / highest) * (LINE_HEIGHT - 40);
  const path = points.map(({ median }, point) => `${x(point).toFixed(1)},${y(median).toFixed(1)}`).join(' ');
  const dots = points.map(
    ({ commit, median }, point) =>
      `<circle class="dot" cx="${x(point).toFixed(1)}" cy="${y(median).toFixed(1)}" r="3"><title>${escaped(commit)}: ` +
      `${shortNumber(median)} ${escaped(unit)}</title></circle>`,
  );
  const caption = `${points[0]?.name ?? ''} over ${points.length} commits`;
  return (
    `<svg viewBox="0 0 ${WIDTH} ${LINE_HEIGHT}" width="${WIDTH}" role="img"><polyline class="line" points="${path}"/>` +
    `${dots.join('')}<text x="20" y="${LINE_HEIGHT - 4}">${escaped(caption)}</text></svg>`
  );
}

const shortNumber = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
