/**
 * What each node was over time: one strip a node.
 *
 * @module
 */
import type { FaultPeriod } from '../nemesis.js';
import type { Timeline } from '../observer.js';
import { AXIS_HEIGHT, faultBands, LEFT, round, svg, type TimeScale, timeAxis } from './chart.js';
import { escapeHtml } from './html.js';

const STRIP = 20;

export function roleChart(timeline: Timeline, faults: readonly FaultPeriod[], scale: TimeScale): string {
  const height = timeline.roles.length * (STRIP + 4);
  const strips = timeline.roles.map((changes, node) => {
    const y = node * (STRIP + 4);
    const parts = changes.map(({ atMs, role, term }, index) => {
      const x = scale.x(index === 0 ? scale.fromMs : atMs);
      const end = scale.x(changes[index + 1]?.atMs ?? scale.toMs);
      if (end <= x) return '';
      const letter =
        end - x > 14
          ? `<text class="letter" x="${round(x + 4)}" y="${y + 14}">${escapeHtml(role[0] ?? '')}</text>`
          : '';
      const title = `node ${node}: ${role}, term ${term}, from ${round(atMs / 1000)} s`;
      return `<rect class="role ${escapeHtml(role)}" x="${round(x)}" y="${y}" width="${round(end - x)}" height="${STRIP}"><title>${escapeHtml(title)}</title></rect>${letter}`;
    });
    return `<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">node ${node}</text>${parts.join('')}`;
  });
  return svg(
    height + AXIS_HEIGHT,
    `Role of each of ${timeline.roles.length} nodes over time`,
    `${timeAxis(scale, height)}${strips.join('')}${faultBands(faults, scale, 4)}`,
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
];
