/**
 * A cluster's status for people: a headline and one line a node.
 *
 * @module
 */
import type { ClusterStatus, NodeStatus } from '../runtime/status.js';

const COLUMNS: readonly (readonly [title: string, cell: (node: NodeStatus) => string])[] = [
  ['node', node => String(node.node)],
  ['address', node => `${node.host}:${node.port}`],
  ['state', node => node.state],
  ['role', node => (node.state === 'up' ? (node.raft?.role ?? '-') : '-')],
  ['term', node => String(node.raft?.term ?? '-')],
  ['log', node => String(node.raft?.lastIndex ?? '-')],
  ['commit', node => String(node.raft?.commit ?? '-')],
  ['applied', node => String(node.raft?.applied ?? '-')],
  ['keys', node => String(node.keys)],
  ['clients', node => String(node.clients)],
];

export const statusText = (status: ClusterStatus): string => {
  const up = status.nodes.filter(node => node.state === 'up').length;
  const headline = [
    status.leader === null ? 'no leader' : `leader ${status.leader}`,
    `term ${status.term}`,
    `commit ${status.commit}`,
    `${up} of ${status.nodes.length} up, ${status.quorum} needed`,
    status.durable ? 'durable' : 'in memory',
  ].join(' · ');
  const rows = [
    COLUMNS.map(([title]) => title),
    ...status.nodes.map(node => COLUMNS.map(([, cell]) => cell(node))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const lines = rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [headline, ...lines].join('\n');
};
