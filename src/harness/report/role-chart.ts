/**
 * What each node was over time: one strip a node.
 *
 * @module
 */
import type { FaultPeriod } from '../nemesis.js';
import type { Timeline } from '../observer.js';
import { faultBands, LEFT, round, seconds, svg, type TimeScale, timeAxis } from './chart.js';
import { escapeHtml } from './html.js';

const STRIP = 20;
const PITCH = 24;

export function roleChart(timeline: Timeline, faults: readonly FaultPeriod[], scale: TimeScale): string {
  const height = timeline.roles.length * PITCH;
  const strips = timeline.roles.map((changes, node) => {
    const y = node * PITCH;
    const parts = changes.map(({ atMs, role, term }, index) => {
      const x = scale.x(index === 0 ? scale.fromMs : atMs);
      const end = scale.x(changes[index + 1]?.atMs ?? scale.toMs);
      if (end <= x) return '';
      const text =
        role === 'leader' && end - x > 76 ? `leader, term ${term}` : end - x > 14 ? (role[0] ?? '') : '';
      const letter =
        text === ''
          ? ''
          : `<text class="letter" x="${round(x + 5)}" y="${y + 14}">${escapeHtml(text)}</text>`;
      const title = `node ${node}: ${role}, term ${term}, from ${seconds(atMs)}`;
      return `<rect class="role ${escapeHtml(role)}" x="${round(x)}" y="${y}" width="${round(end - x)}" height="${STRIP}" rx="3"><title>${escapeHtml(title)}</title></rect>${letter}`;
    });
    return `<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">node ${node}</text>${parts.join('')}`;
  });
  return svg(
    height,
    `Role of each of ${timeline.roles.length} nodes over time`,
    `${faultBands(faults, scale, height)}${timeAxis(scale, height)}${strips.join('')}`,
  );
}

export const ROLES = [
  'leader',
  'follower',
  'candidate',
  'pre-candidate',
  'down',
  'paused',
  'starting',
  'faulty',
] as const;
