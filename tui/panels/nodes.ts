/**
 * The table of nodes: who leads, who follows, how far each log is, and how long until the next election.
 *
 * @module
 */
import type { ClusterStatus, NodeStatus, RaftStatus } from '../../src/runtime/status.js';
import { bytes, compact, duration, milliseconds } from '../format.js';
import { inverse, type Row, span } from '../rows.js';
import { activityOf } from '../samples.js';
import { bar } from '../sparkline.js';
import { fit, fitRight } from '../text.js';
import type { Glyphs, StyleName } from '../theme.js';
import { PANEL_TITLES, type PanelDrawer, type View, windowStart } from '../view.js';
import { lookOf } from './node-look.js';

interface Cell {
  readonly text: string;
  readonly style?: StyleName;
}

interface Source {
  readonly node: NodeStatus;
  readonly raft: RaftStatus | null;
  readonly status: ClusterStatus;
  readonly glyphs: Glyphs;
}

interface Column {
  readonly head: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  /** Columns with a low number are shown first when not all fit. */
  readonly rank: number;
  readonly cell: (source: Source) => Cell;
}

const raftNumber =
  (pick: (raft: RaftStatus) => number | null) =>
  ({ raft }: Source): Cell => {
    const value = raft === null ? null : pick(raft);
    return { text: value === null ? '-' : compact(value) };
  };

function progressNumber(pick: 'match' | 'next') {
  return ({ node, status }: Source): Cell => {
    const leader = status.leader === null ? undefined : status.nodes[status.leader];
    const progress = leader?.raft?.progress.find(follower => follower.node === node.node);
    if (node === leader) return { text: '-', style: 'dim' };
    return { text: progress === undefined ? '-' : compact(progress[pick]) };
  };
}

/** Entries missing against the leader's log. */
function lag({ node, raft, status, glyphs }: Source): Cell {
  const leader = status.leader === null ? undefined : status.nodes[status.leader];
  if (raft === null || leader?.raft == null || leader.node === node.node) return { text: '-', style: 'dim' };
  const behind = leader.raft.lastIndex - raft.lastIndex;
  if (behind <= 0) return { text: '0', style: 'dim' };
  return { text: glyphs.minus + compact(behind), style: behind > 100 ? 'warning' : 'plain' };
}

/** How much of the election timeout is left; of the leader its heartbeat. */
function timer({ node, raft, status, glyphs }: Source): Cell {
  if (node.state === 'down') return { text: `${duration(status.atMs - node.sinceMs)} ago`, style: 'down' };
  if (node.state !== 'up' || raft === null) return { text: '', style: 'dim' };
  if (raft.role === 'leader') return { text: `${glyphs.heart} ${status.heartbeatMs}ms`, style: 'leader' };
  const left = raft.electionTimeoutMs === 0 ? 0 : 1 - raft.electionElapsedMs / raft.electionTimeoutMs;
  return { text: bar(left, 6, glyphs), style: left < 0.34 ? 'warning' : 'dim' };
}

function vote({ raft }: Source): Cell {
  if (raft === null || raft.vote === null) return { text: '-', style: 'dim' };
  const granted = raft.role === 'candidate' || raft.role === 'pre-candidate' ? raft.votesGranted.length : 0;
  return granted > 0
    ? { text: `${granted} got`, style: 'candidate' }
    : { text: `n${raft.vote}`, style: 'dim' };
}

function trouble({ node }: Source): Cell {
  const parts = [
    node.diskFault === null ? '' : `disk ${node.diskFault}`,
    node.clockOffsetMs === 0 ? '' : `clock ${node.clockOffsetMs > 0 ? '+' : ''}${node.clockOffsetMs}ms`,
    node.state === 'up' ? '' : (node.lastError ?? ''),
  ];
  return { text: parts.filter(Boolean).join(', '), style: 'warning' };
}

const left = (head: string, width: number, rank: number, cell: Column['cell']): Column => ({
  head,
  width,
  align: 'left',
  rank,
  cell,
});
const right = (head: string, width: number, rank: number, cell: Column['cell']): Column => ({
  head,
  width,
  align: 'right',
  rank,
  cell,
});

const COLUMNS: readonly Column[] = [
  right(
    'term',
    4,
    0,
    raftNumber(raft => raft.term),
  ),
  right('vote', 5, 6, vote),
  right(
    'log',
    6,
    1,
    raftNumber(raft => raft.lastIndex),
  ),
  right(
    'commit',
    6,
    2,
    raftNumber(raft => raft.commit),
  ),
  right(
    'applied',
    7,
    8,
    raftNumber(raft => raft.applied),
  ),
  right('match', 6, 9, progressNumber('match')),
  right('next', 6, 10, progressNumber('next')),
  right('lag', 5, 3, lag),
  left('timer', 7, 4, timer),
  right('busy', 4, 5, ({ node }) => ({ text: `${Math.round(node.busy * 100)}%` })),
  right('keys', 5, 11, ({ node }) => ({ text: compact(node.keys) })),
  right('sync', 4, 12, ({ node }) => ({ text: milliseconds(node.syncMsP99) })),
  right('inbox', 5, 13, ({ node }) => ({ text: compact(node.mailboxDepth) })),
  right('conns', 5, 14, ({ node }) => ({ text: compact(node.clients) })),
  right('heap', 4, 15, ({ node }) => ({ text: bytes(node.heapBytes) })),
  right(
    'snap',
    6,
    16,
    raftNumber(raft => raft.snapshotIndex),
  ),
  right('up', 5, 17, ({ node, status }) => ({
    text: node.state === 'up' ? duration(status.atMs - node.sinceMs) : '-',
  })),
  right('port', 5, 7, ({ node }) => ({ text: String(node.port), style: 'dim' })),
  left('trouble', 14, 18, trouble),
];

/** Mark, name, glyph and role. */
const FIXED_WIDTH = 16;

/** The most important columns that fit `width`, in the order of the table. */
function columnsFor(width: number): readonly Column[] {
  let room = width - FIXED_WIDTH;
  const chosen = new Set<Column>();
  for (const column of [...COLUMNS].sort((a, b) => a.rank - b.rank)) {
    if (column.width + 1 > room) break;
    room -= column.width + 1;
    chosen.add(column);
  }
  return COLUMNS.filter(column => chosen.has(column));
}

function align(text: string, column: Column): string {
  return column.align === 'left' ? fit(text, column.width) : fitRight(text, column.width);
}

function nameCells(node: NodeStatus, view: View): Row {
  const { glyphs, state } = view;
  const look = lookOf(activityOf(node));
  const isSelected = state.node === node.node;
  const name = fit(`n${node.node}`, 4);
  return [
    span(isSelected ? glyphs.selected : ' ', 'focus'),
    isSelected && state.focus === 'nodes' ? inverse(name, 'bold') : span(name, isSelected ? 'bold' : 'plain'),
    span(`${glyphs[look.glyph]} ${fit(look.word, 9)}`, look.style),
  ];
}

function nodeRow(node: NodeStatus, status: ClusterStatus, columns: readonly Column[], view: View): Row {
  const source: Source = { node, raft: node.raft, status, glyphs: view.glyphs };
  const isStale = node.state !== 'up';
  return [
    ...nameCells(node, view),
    ...columns.map(column => {
      const { text, style } = column.cell(source);
      return span(` ${align(text, column)}`, style ?? (isStale ? 'dim' : 'plain'));
    }),
  ];
}

/** For more nodes than lines: two to a line, name, role, term and log end only. */
function pairRows(status: ClusterStatus, view: View, width: number): Row[] {
  const half = Math.floor(width / 2);
  const cell = (node: NodeStatus | undefined): Row => {
    if (node === undefined) return [];
    const raft = node.raft;
    const numbers = raft === null ? '' : ` ${compact(raft.term)} ${compact(raft.lastIndex)}`;
    return [
      ...nameCells(node, view),
      span(fitRight(numbers, half - FIXED_WIDTH), node.state === 'up' ? 'plain' : 'dim'),
    ];
  };
  const count = Math.ceil(status.nodes.length / 2);
  const head = `     role${fitRight('term log', half - 9)}`;
  return [
    [span(`${head} ${head}`, 'dim')],
    ...Array.from(
      { length: count },
      (_, line): Row => [...cell(status.nodes[line]), span(' '), ...cell(status.nodes[line + count])],
    ),
  ];
}

function noteOf(start: number, height: number, total: number, glyphs: Glyphs): Row {
  return total <= height ? [] : [span(`${start}–${start + height - 1} of ${total} ${glyphs.more}`, 'dim')];
}

export const drawNodes: PanelDrawer = (view, width, height) => {
  const { status, node: selected } = view.state;
  const title: Row = [span(PANEL_TITLES.nodes, 'bold')];
  if (status === null) return { title, rows: [[span('starting', 'dim')]] };
  const room = height - 1;
  const needsPairs = status.nodes.length > room && Math.ceil(status.nodes.length / 2) <= room && width >= 45;
  if (needsPairs) return { title, rows: pairRows(status, view, width) };
  const columns = columnsFor(width);
  const head = `     ${fit('role', 11)}${columns.map(column => ` ${align(column.head, column)}`).join('')}`;
  const start = windowStart(selected, status.nodes.length, room);
  const shown = status.nodes.slice(start, start + room);
  return {
    title,
    note: noteOf(start, room, status.nodes.length, view.glyphs),
    rows: [[span(head, 'dim')], ...shown.map(node => nodeRow(node, status, columns, view))],
  };
};
