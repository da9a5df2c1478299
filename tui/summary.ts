/**
 * What is left on the normal screen when the program has ended: three lines.
 *
 * @module
 */
import { duration, grouped } from './format.js';
import type { State } from './state.js';

export function summaryOf(state: State, ranMs: number): readonly string[] {
  const { facts, phase, status, events } = state;
  if (phase.kind === 'failed') return [`raftkv-tui: ${phase.reason}`];
  if (status === null) return ['raftkv-tui: stopped before the cluster was up'];
  const commands = events.lines.filter(line => line.kind === 'you');
  const failed = commands.filter(line => line.outcome === 'failed').length;
  const crashes = status.nodes.reduce((sum, node) => sum + node.restarts, 0);
  const leader = status.leader === null ? 'no leader' : `leader n${status.leader}`;
  return [
    `raftkv: ${status.nodes.length} nodes for ${duration(ranMs)}, ${facts.store}, seed ${status.seed}`,
    `  term ${status.term}, ${leader}, ${grouped(status.commit)} entries committed, ${crashes} restarts of nodes`,
    `  ${commands.length} commands from here, ${failed} failed`,
  ];
}
