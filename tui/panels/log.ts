/**
 * The ends of all logs side by side: one cell an entry, its digit the term. Where logs disagree, it shows.
 *
 * @module
 */
import type { ClusterStatus, NodeStatus } from '../../src/runtime/status.js';
import { compact } from '../format.js';
import { type Row, type Span, span } from '../rows.js';
import { fit, fitRight } from '../text.js';
import type { StyleName } from '../theme.js';
import { PANEL_TITLES, type PanelDrawer, type View, windowStart } from '../view.js';

const TERM_STYLES: readonly StyleName[] = ['term0', 'term1', 'term2', 'term3', 'term4', 'term5'];
const LABEL_WIDTH = 4;
const REMARK_WIDTH = 18;
/** A column heading every so many entries. */
const TICK = 10;

/** The term of an entry; null where the node has no such entry, or does not report it. */
function termAt(node: NodeStatus, index: number): number | null {
  const { raft } = node;
  if (raft === null || index > raft.lastIndex) return null;
  return raft.tailTerms[raft.tailTerms.length - 1 - (raft.lastIndex - index)] ?? null;
}

/**
 * Whether an entry is not the leader's. One of its own term can only come from it: where its report does not have that
 * one yet, the report is the older of the two.
 */
function contradicts(leader: NodeStatus, index: number, term: number): boolean {
  return (termAt(leader, index) ?? leader.raft?.term) !== term;
}

function entryCell(view: View, node: NodeStatus, leader: NodeStatus | undefined, index: number): Span {
  const term = termAt(node, index);
  const { raft } = node;
  if (raft === null || term === null) return span(' ');
  const digit = String(term % 10);
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
  const behind = (leader?.raft?.lastIndex ?? raft.lastIndex) - raft.lastIndex;
  if (behind > 0) return span(`${compact(behind)} behind`, 'warning');
  if (behind < 0 && raft.lastTerm !== leader?.raft?.term)
    return span(`${compact(-behind)} not the leader's`, 'bad');
  return span(uncommitted > 0 ? `${compact(uncommitted)} uncommitted` : '', 'dim');
}

/** Index numbers over the columns: of the first, and of every tenth with the right end at its column. */
function headRow(first: number, last: number): Row {
  let text = String(first);
  for (let index = first; index <= last; index++) {
    if (index % TICK !== 0) continue;
    const name = String(index);
    const room = index - first + 1 - text.length;
    if (room > name.length) text += fitRight(name, room);
  }
  return [
    span(' '.repeat(LABEL_WIDTH)),
    span(last === 0 ? '' : fit(text, Math.max(text.length, last - first + 1)), 'dim'),
  ];
}

/** The last index worth showing: the leader's end, or the longest log when a node has more. */
function lastIndexOf(status: ClusterStatus): number {
  return Math.max(0, ...status.nodes.map(node => node.raft?.lastIndex ?? 0));
}

export const drawLog: PanelDrawer = (view, width, height) => {
  const { status, node: selected } = view.state;
  const title: Row = [span(PANEL_TITLES.log, 'bold'), span(' one cell an entry, digit = term', 'dim')];
  if (status === null) return { title, rows: [] };
  const leader = status.leader === null ? undefined : status.nodes[status.leader];
  const count = Math.max(1, width - LABEL_WIDTH - 1 - REMARK_WIDTH);
  const last = lastIndexOf(status);
  const first = Math.max(1, last - count + 1);
  const start = windowStart(selected, status.nodes.length, height - 1);
  const rows = status.nodes.slice(start, start + height - 1).map((node): Row => {
    const cells = Array.from({ length: Math.min(count, last - first + 1) }, (_, at) =>
      entryCell(view, node, leader, first + at),
    );
    const name = span(fit(`n${node.node}`, LABEL_WIDTH), node.node === selected ? 'focus' : 'plain');
    const padding = span(' '.repeat(count - cells.length + 1));
    return [name, ...mergeSpans(cells), padding, remark(node, leader)];
  });
  const commit = status.commit > 0 ? [span(`committed ${compact(status.commit)}`, 'dim')] : [];
  return { title, note: commit, rows: [headRow(first, last), ...rows] };
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
