/**
 * Violations for people: the words, and the operations drawn from call to return.
 *
 * @module
 */
import type { Violation } from '../check.js';
import { intervalsOf, operationText } from '../picture.js';
import { escapeHtml, table } from './html.js';

const ROW = 22;
const WIDTH = 960;
const LABEL = 330;
const MAX_ROWS = 200;
const MAX_VIOLATIONS = 20;

export function violationsHtml(violations: readonly Violation[]): string {
  const shown = violations.slice(0, MAX_VIOLATIONS).map(violationHtml);
  const rest = violations.length - shown.length;
  return shown.join('') + (rest > 0 ? `<p>and ${rest} more keys</p>` : '');
}

function violationHtml({ key, operations, explanation }: Violation): string {
  const [summary = ''] = explanation.split('\n', 1);
  const shown = operations.slice(-MAX_ROWS);
  const rows = shown.map(operation => {
    const { client, callNs, returnNs } = operation;
    const ms = (ns: number | null): string => (ns === null ? 'unknown' : (ns / 1e6).toFixed(3));
    return [client, operationText(operation), ms(callNs), ms(returnNs)];
  });
  return `<article class="violation"><h3>Key ${escapeHtml(key)}</h3><p>${escapeHtml(summary)}</p>${picture(shown)}<details><summary>${operations.length} operations</summary>${table(['client', 'operation', 'called at ms', 'returned at ms'], rows, `Operations of key ${key}`)}</details></article>`;
}

function picture(operations: Violation['operations']): string {
  const { intervals, events } = intervalsOf(operations);
  const column = (rank: number): number => LABEL + (rank / Math.max(1, events - 1)) * (WIDTH - LABEL - 20);
  const rows = operations.map((operation, index) => {
    const y = index * ROW;
    const interval = intervals[index] ?? { from: 0, to: 0 };
    const open = interval.to === Number.POSITIVE_INFINITY;
    const x = column(interval.from);
    const end = open ? WIDTH - 6 : Math.max(x + 4, column(interval.to));
    const text = `client ${operation.client}: ${operationText(operation)}`;
    return `<text x="0" y="${y + 15}">${escapeHtml(text)}</text><rect class="interval ${open ? 'unknown' : 'ok'}" x="${x.toFixed(1)}" y="${y + 4}" width="${(end - x).toFixed(1)}" height="${ROW - 10}" rx="3"><title>${escapeHtml(text)}</title></rect>`;
  });
  return `<svg class="picture" viewBox="0 0 ${WIDTH} ${operations.length * ROW}" role="img" aria-label="The operations from call to return, in the order of events">${rows.join('')}</svg>`;
}
