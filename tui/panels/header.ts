/**
 * The first line: is there a leader, is there a quorum, how much is going on. Alarms push the figures aside.
 *
 * @module
 */
import type { ClusterStatus } from '../../src/runtime/status.js';
import { compact, duration, milliseconds } from '../format.js';
import { reachableVoters } from '../quorum-effect.js';
import { inverse, type Row, rowWidth, type Span, span, spread } from '../rows.js';
import type { ReplayPosition } from '../state.js';
import type { View } from '../view.js';

/** Of no write in the last second there is no latency. */
function latency(ms: number): string {
  if (ms === 0) return '-';
  return ms < 1000 ? `${milliseconds(ms)} ms` : milliseconds(ms);
}

/** Parts in the order of their importance; the last ones are left out when the line is short. */
function parts(view: View, status: ClusterStatus): Row[] {
  const { glyphs, state } = view;
  const up = status.nodes.filter(node => node.state === 'up').length;
  const total = status.nodes.filter(node => node.state !== 'removed').length;
  const since = duration(status.atMs - state.leaderSinceMs);
  const leader: Span =
    status.leader === null
      ? inverse(` NO LEADER ${since} `, 'bad')
      : span(`${glyphs.leader} n${status.leader}`, 'leader');
  const reachable = reachableVoters(status);
  const quorum: Row =
    reachable < status.quorum
      ? [inverse(` NO QUORUM: ${reachable} of ${status.quorum} needed `, 'bad')]
      : [span(`${up}/${total} up`, up < total ? 'warning' : 'plain')];
  return [
    [span(`term ${status.term}`)],
    [leader],
    quorum,
    verdict(view),
    [span(`commit ${compact(status.commit)}`)],
    [span(`${compact(status.writesPerSecond + status.readsPerSecond)} op/s`)],
    [span(`p99 ${latency(status.latencyMsP99)}`)],
    [span(state.facts.store, 'dim')],
    [span(`dropped ${compact(status.droppedPerSecond)}/s`)],
    [span(`quorum ${status.quorum}`, 'dim')],
    [span(status.leader === null ? '' : `leader for ${since}`, 'dim')],
    [span(`seed ${status.seed}`, 'dim')],
  ];
}

/** What the background check has found so far. */
function verdict(view: View): Row {
  const { check } = view.state;
  if (check === null) return [];
  if (check.problem !== '') return [span(`check ended: ${check.problem}`, 'bad')];
  if (check.verdict === 'not-linearizable') return [inverse(' NOT LINEARIZABLE ', 'bad')];
  if (check.windows === 0) return [span('checking', 'dim')];
  const undecided = check.undecided === 0 ? '' : `, ${check.undecided} undecided`;
  return [span(`${view.glyphs.ok} ${compact(check.checked)} ops linearizable${undecided}`, 'good')];
}

/** `▶ 12.340 of 25.400 s ×2`. */
function replayText({ atMs, endMs, isPlaying, speed }: ReplayPosition): string {
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const pace = speed === 1 ? '' : ` ×${speed < 1 ? `1/${1 / speed}` : speed}`;
  return ` REPLAY ${seconds(atMs)} of ${seconds(endMs)} s${pace}${isPlaying ? ' playing' : ''} `;
}

function mode(view: View): Span {
  const { state, glyphs } = view;
  if (state.replay !== null) return inverse(replayText(state.replay), 'accent');
  switch (state.phase.kind) {
    case 'starting':
      return span('starting ', 'warning');
    case 'stopping':
      return span('stopping ', 'warning');
    case 'failed':
      return inverse(' FAILED ', 'bad');
    case 'running':
      return state.frozen ? inverse(' FROZEN ', 'accent') : span(`${glyphs.live} LIVE `, 'good');
  }
}

export function drawHeader(view: View, width: number): Row {
  const { state, glyphs } = view;
  const right: Row = [mode(view)];
  const name = span(' raftkv ', 'bold');
  if (state.status === null) {
    const where = `${state.facts.nodes} nodes, ${state.facts.store}`;
    return spread([name, span(`${glyphs.separator} ${where}`, 'dim')], right, width);
  }
  const line: Span[] = [name];
  let room = width - rowWidth(right) - rowWidth(line) - 1;
  for (const part of parts(view, state.status)) {
    const partWidth = rowWidth(part) + 3;
    if (rowWidth(part) === 0) continue;
    if (partWidth > room) break;
    room -= partWidth;
    line.push(span(`${glyphs.separator} `, 'border'), ...part, span(' '));
  }
  return spread(line, right, width);
}
