/**
 * The bench's rows as a Markdown table, and its place in the README.
 *
 * @module
 */
import type { LoadResult } from './load.js';

export interface Row extends LoadResult {
  readonly nodes: number;
  readonly durable: boolean;
  readonly command: 'set' | 'get';
  readonly pipeline: number;
}

const BEGIN = '<!-- bench:begin -->';
const END = '<!-- bench:end -->';

const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');

function cell(rows: readonly Row[], command: Row['command'], pipeline: number): string {
  const row = rows.find(candidate => candidate.command === command && candidate.pipeline === pipeline);
  if (row === undefined) return '–';
  return `${thousands(row.perSecond)}/s (${row.p50Ms.toFixed(1)} / ${row.p99Ms.toFixed(1)})`;
}

export function markdownTable(rows: readonly Row[]): string {
  const lines = [
    '| nodes | disk | SET | SET, pipeline 16 | GET | GET, pipeline 16 |',
    '|---|---|---|---|---|---|',
  ];
  for (const durable of [true, false]) {
    for (const nodes of new Set(rows.map(row => row.nodes))) {
      const group = rows.filter(row => row.durable === durable && row.nodes === nodes);
      if (group.length === 0) continue;
      const cells = [
        cell(group, 'set', 1),
        cell(group, 'set', 16),
        cell(group, 'get', 1),
        cell(group, 'get', 16),
      ];
      lines.push(`| ${nodes} | ${durable ? 'durable' : 'memory'} | ${cells.join(' | ')} |`);
    }
  }
  return lines.join('\n');
}

/** Replaces what stands between the two marks. @throws Error when the marks are missing */
export function intoReadme(readme: string, table: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md lacks ${BEGIN} … ${END}`);
  return `${readme.slice(0, begin + BEGIN.length)}\n${table}\n${readme.slice(end)}`;
}
