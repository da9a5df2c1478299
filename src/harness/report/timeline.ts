/**
 * Everything that happened over time, one chart under the other on one time axis, and the moment chosen in them.
 *
 * @module
 */
import { GAP_MS, lengthOf, type Measurements } from '../measure.js';
import type { FaultPeriod } from '../nemesis.js';
import type { Timeline } from '../observer.js';
import { CHART_WIDTH, LEFT, RIGHT, seconds, type TimeScale } from './chart.js';
import { faultLane } from './fault-lane.js';
import { embeddedJson, escapeHtml, heading, type Section, swatch, table } from './html.js';
import { matrixHtml } from './matrix-strip.js';
import { ROLES, roleChart } from './role-chart.js';
import { latencyChart, throughputChart } from './speed-charts.js';

export interface OverTime {
  readonly scale: TimeScale;
  readonly faults: readonly FaultPeriod[];
  /** Null: there was no load. */
  readonly measurements: Measurements | null;
  /** Null: a store of others. */
  readonly timeline: Timeline | null;
}

/** Positions of the slider. */
const MOMENTS = 400;

const inSeconds = (ms: number): string => (ms / 1000).toFixed(2);

export function timelineSections(over: OverTime): readonly Section[] {
  const { timeline } = over;
  if (timeline === null) return [chartsSection(over)];
  return [
    chartsSection(over),
    { id: 'matrices', title: 'Matrix', body: matrixHtml(timeline.matrices) },
    ...faultSection(over),
    { id: 'events', title: 'Events', body: eventsHtml(timeline) },
  ];
}

export const timelineData = ({ scale, faults, timeline }: OverTime): string =>
  embeddedJson('timeline-data', {
    fromMs: scale.fromMs,
    toMs: scale.toMs,
    left: LEFT,
    right: RIGHT,
    width: CHART_WIDTH,
    roles: timeline?.roles ?? [],
    matrices: timeline?.matrices ?? [],
    faults: faults.map(({ fromMs, toMs, line }) => ({ fromMs, toMs, line })),
  });

function chartsSection({ scale, faults, measurements, timeline }: OverTime): Section {
  const parts = [momentHtml(scale)];
  if (faults.length > 0) parts.push(faultLane(faults, scale));
  if (measurements !== null) {
    parts.push(heading('Latency'), choicesHtml(measurements), latencyChart(measurements, faults, scale));
    parts.push(heading('Calls a second'), throughputChart(measurements, faults, scale));
  }
  if (timeline !== null) parts.push(heading('Roles'), rolesKey(timeline), roleChart(timeline, faults, scale));
  if (measurements !== null) parts.push(gapsHtml(measurements));
  return { id: 'timeline', title: 'Over time', body: parts.join('') };
}

function momentHtml({ fromMs, toMs }: TimeScale): string {
  const step = Math.max(1, Math.round((toMs - fromMs) / MOMENTS));
  return `<div class="moment screen"><label for="moment-at">Moment</label><input id="moment-at" type="range" min="${Math.floor(fromMs)}" max="${Math.ceil(toMs)}" step="${step}" value="${Math.floor(fromMs)}"><output id="moment-time" for="moment-at">${seconds(fromMs)}</output><span id="moment-text" aria-live="polite"></span></div>`;
}

/** Boxes for operations and outcomes, with the colours of the outcomes. */
function choicesHtml({ byOperation }: Measurements): string {
  const box = (name: string, text: string): string =>
    `<label><input type="checkbox" checked data-choose="${escapeHtml(name)}">${text}</label>`;
  const outcomes = ['ok', 'failed', 'unknown'].map(name => box(name, swatch(name, name)));
  const operations = byOperation.map(({ op }) => box(op, escapeHtml(op)));
  return `<fieldset class="key"><legend>Show</legend>${[...outcomes, ...operations].join('')}${swatch('p50', 'p50')}${swatch('p99', 'p99')}</fieldset>`;
}

/** Only roles that were seen. */
function rolesKey({ roles }: Timeline): string {
  const seen = new Set(roles.flat().map(({ role }) => role));
  const shown = ROLES.filter(role => seen.has(role));
  return `<div class="key">${shown.map(role => swatch(`role ${role}`, role)).join('')}</div>`;
}

function gapsHtml({ gaps }: Measurements): string {
  if (gaps.length === 0) return `<p class="soft">Never ${GAP_MS} ms without an acknowledgement.</p>`;
  const rows = gaps.map(gap => [inSeconds(gap.fromMs), inSeconds(gap.toMs), Math.round(lengthOf(gap))]);
  const caption = `${gaps.length} times of ${GAP_MS} ms or more without an acknowledgement`;
  return `<details><summary>${caption}</summary>${table(['from s', 'to s', 'ms'], rows, 'Gaps')}</details>`;
}

function faultSection({ faults }: OverTime): readonly Section[] {
  if (faults.length === 0) return [];
  const rows = faults.map(({ line, fromMs, toMs }) => [inSeconds(fromMs), inSeconds(toMs), line]);
  return [{ id: 'faults', title: 'Faults', body: table(['from s', 'to s', 'command'], rows, 'Faults') }];
}

function eventsHtml({ events }: Timeline): string {
  const rows = events.map(({ atMs, kind, node, text }) => [
    inSeconds(atMs),
    kind,
    node === null ? '' : String(node),
    text,
  ]);
  return `<p class="screen"><label>Show only <input id="event-filter" type="search" placeholder="all"></label></p>${table(['s', 'kind', 'node', 'event'], rows, 'Events of the cluster')}`;
}
