/**
 * The ends of all logs side by side: one cell an entry, its digit the term. Where logs disagree, it shows.
 *
 * @module
 */
import type { NodeStatus } from '../../src/runtime/status.js';
import type { EntryAt } from '../explain-entry.js';
import { compact } from '../format.js';
import { conflicts, contradicts, longestLog, termAt } from '../log-terms.js';
import { inverse, type Row, type Span, span } from '../rows.js';
import { entryCursor } from '../selection.js';
import { fit, fitRight } from '../text.js';
import type { StyleName } from '../theme.js';
import { PANEL_TITLES, type PanelDrawer, type View, windowStart } from '../view.js';

const TERM_STYLES: readonly StyleName[] = ['term0', 'term1', 'term2', 'term3', 'term4', 'term5'];
const LABEL_WIDTH = 4;
const REMARK_WIDTH = 19;
/** A column heading every so many entries. */
const TICK = 10;

function entryCell(
  view: View,
  node: NodeStatus,
  leader: NodeStatus | undefined,
  index: number,
  cursor: EntryAt | null,
): Span {
  const term = termAt(node, index);
  const { raft } = node;
  const isSelected = cursor?.node === node.node && cursor.index === index;
  if (raft === null || term === null) return isSelected ? inverse(' ', 'focus') : span(' ');
  const digit = String(term % 10);
  if (isSelected) return inverse(digit, 'focus');
  const isConflict = leader !== undefined && leader !== node && contradicts(leader, index, term);
  if (isConflict) return { text: digit, style: 'bad', inverse: true };
  const isCommitted = index <= raft.commit;
  const style = TERM_STYLES[term % TERM_STYLES.length] ?? 'plain';
  return {
    text: digit,
    style: node.state === 'up' ? style : 'dim',
    inverse: !isCommitted && view.theme.level > 0,
  };
}

function remark(node: NodeStatus, leader: NodeStatus | undefined): Span {
  const { raft } = node;
  if (raft === null) return span('no report', 'dim');
  const uncommitted = raft.lastIndex - raft.commit;
  if (node === leader) {
    return span(uncommitted > 0 ? `leader, ${compact(uncommitted)} open` : 'leader', 'leader');
  }
  const conflicting = leader === undefined ? 0 : conflicts(node, leader);
  if (conflicting > 0) return span(`${compact(conflicting)} not the leader's`, 'bad');
  const behind = (leader?.raft?.lastIndex ?? raft.lastIndex) - raft.lastIndex;
  if (behind > 0) return span(`${compact(behind)} behind`, 'warning');
  return span(uncommitted > 0 ? `${compact(uncommitted)} uncommitted` : '', 'dim');
}

/** Index numbers over the columns: of the first, and of every tenth with the right end at its column. */
function headRow(first: number, last: number, cursor: number | null, view: View): Row {
  let text = String(first);
  for (let index = first; index <= last; index++) {
    if (index % TICK !== 0) continue;
    const name = String(index);
    const room = index - first + 1 - text.length;
    if (room > name.length) text += fitRight(name, room);
  }
  const whole = last === 0 ? '' : fit(text, Math.max(text.length, last - first + 1));
  if (cursor === null) return [span(' '.repeat(LABEL_WIDTH)), span(whole, 'dim')];
  const at = cursor - first;
  return [
    span(' '.repeat(LABEL_WIDTH)),
    span(whole.slice(0, at), 'dim'),
    span(view.glyphs.above, 'focus'),
    span(whole.slice(at + 1), 'dim'),
  ];
}

export const drawLog: PanelDrawer = (view, width, height) => {
  const { status, node: selected } = view.state;
  const title: Row = [span(PANEL_TITLES.log, 'bold'), span(' one cell an entry, digit = term', 'dim')];
  if (status === null) return { title, rows: [] };
  const leader = status.leader === null ? undefined : status.nodes[status.leader];
  const count = Math.max(1, width - LABEL_WIDTH - 1 - REMARK_WIDTH);
  const last = longestLog(status);
  const cursor = entryCursor(view.state);
  const first = Math.max(1, Math.min(last - count + 1, cursor?.index ?? last));
  const start = windowStart(selected, status.nodes.length, height - 1);
  const rows = status.nodes.slice(start, start + height - 1).map((node): Row => {
    const cells = Array.from({ length: Math.min(count, last - first + 1) }, (_, at) =>
      entryCell(view, node, leader, first + at, cursor),
    );
    const isSelected = node.node === selected;
    const mark = isSelected && cursor !== null ? view.glyphs.selected : '';
    const name = span(fit(`${mark}n${node.node}`, LABEL_WIDTH), isSelected ? 'focus' : 'plain');
    const padding = span(' '.repeat(count - cells.length + 1));
    return [name, ...mergeSpans(cells), padding, remark(node, leader)];
  });
  const commit = status.commit > 0 ? [span(`committed ${compact(status.commit)}`, 'dim')] : [];
  return { title, note: commit, rows: [headRow(first, last, cursor?.index ?? null, view), ...rows] };
};

/** Neighbouring cells of one look as one span: less to draw. */
export function mergeSpans(cells: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const cell of cells) {
    const last = merged.at(-1);
    if (last !== undefined && last.style === cell.style && last.inverse === cell.inverse) {
      merged[merged.length - 1] = { ...last, text: last.text + cell.text };
    } else merged.push(cell);
  }
  return merged;
}
