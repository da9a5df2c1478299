/**
 * Windows over the panels: help, long answers, explanations.
 *
 * @module
 */
import type { CommandLanguage } from '../command-language.js';
import { KEYS, type KeyBinding, type KeyScope, PROMPT_KEYS, shownKeys } from '../keys.js';
import { type Row, span } from '../rows.js';
import { fit, printable, textWidth, wrap } from '../text.js';
import { boxed, FRAME_HEIGHT, FRAME_WIDTH, type View } from '../view.js';

export interface Overlay {
  readonly rows: readonly Row[];
  readonly width: number;
  readonly height: number;
  /** Cells from the upper and the left edge of the screen. */
  readonly top: number;
  readonly left: number;
}

/** A window of this size at the lower end of the panels' area: what it speaks of stays visible above it. */
function placed(width: number, height: number, areaWidth: number, areaHeight: number): Overlay {
  return { rows: [], width, height, top: 1 + areaHeight - height, left: Math.floor((areaWidth - width) / 2) };
}

/** Sections of the help and of the manual, and the scopes whose keys stand there. */
export const KEY_SECTIONS: readonly {
  readonly title: string;
  readonly scope: KeyScope;
  readonly note: string;
}[] = [
  { title: 'Everywhere', scope: 'panels', note: '' },
  { title: 'Guided tour', scope: 'tour', note: 'while it is on, before the keys of the panels' },
  { title: 'Nodes, log and roles', scope: 'nodes', note: 'act on the selected node' },
  { title: 'Links', scope: 'links', note: 'act on the selected link, row to column' },
  { title: 'Events', scope: 'events', note: '' },
  { title: 'Keys of the store', scope: 'store', note: '' },
  { title: 'Messages', scope: 'messages', note: '← and → go to other receivers' },
  { title: 'Session', scope: 'session', note: 'while a script runs' },
  { title: 'Recordings', scope: 'replay', note: 'with --replay, before the keys of the panels' },
  { title: 'Windows', scope: 'overlay', note: 'over the panels' },
  { title: 'Questions', scope: 'confirm', note: 'asked before what costs the quorum' },
];

export function bindingsOf(scope: KeyScope): readonly KeyBinding[] {
  return KEYS.filter(binding => binding.scopes.includes(scope));
}

const KEY_WIDTH = 18;
const USAGE_WIDTH = 34;

function asciiKeys(text: string, view: View): string {
  if (!view.theme.ascii) return text;
  return text
    .replace('↑', 'up')
    .replace('↓', 'down')
    .replace('←', 'left')
    .replace('→', 'right')
    .replaceAll('–', '-')
    .replaceAll('…', '...');
}

function keyRow(view: View, keys: string, summary: string): Row {
  return [span(`  ${fit(asciiKeys(keys, view), KEY_WIDTH)} `, 'key'), span(asciiKeys(summary, view))];
}

function helpRows(view: View, language: CommandLanguage): Row[] {
  const sections = KEY_SECTIONS.flatMap(({ title, scope, note }): Row[] => [
    [span(title, 'bold'), span(note === '' ? '' : `  ${note}`, 'dim')],
    ...bindingsOf(scope).map(binding => keyRow(view, shownKeys(binding), binding.summary)),
    [],
  ]);
  const prompt: Row[] = [
    [span('Command line', 'bold')],
    ...PROMPT_KEYS.map(({ keys, summary }) => keyRow(view, keys, summary)),
    [],
    [span('Commands', 'bold'), span('  also `raftkv chaos`, scripts, and CHAOS at any port', 'dim')],
  ];
  const commands = language.commands.map(
    ({ usage, summary }): Row => [span(`  ${fit(usage, USAGE_WIDTH)} `, 'key'), span(summary)],
  );
  return [...sections, ...prompt, ...commands];
}

function scrolled(view: View, title: string, all: readonly Row[], scroll: number, size: Overlay): Overlay {
  const room = size.height - FRAME_HEIGHT;
  const start = Math.max(0, Math.min(scroll, all.length - room));
  const rest = all.length - start - room;
  const name = rest > 0 ? `${title} ${view.glyphs.more} ${rest} more lines` : title;
  const rows = boxed(name, all.slice(start, start + room), size.width, size.height, view.glyphs);
  return { ...size, rows };
}

/** The window over the panels now; null: none. `width` and `height` are those of the panels' area. */
export function drawOverlay(
  view: View,
  language: CommandLanguage,
  width: number,
  height: number,
): Overlay | null {
  const { mode } = view.state;
  if (mode.kind === 'help') {
    const size = placed(Math.min(width, 110), height, width, height);
    return scrolled(view, 'Help', helpRows(view, language), mode.scroll, size);
  }
  if (mode.kind !== 'text') return null;
  const widest = Math.min(width, 100) - FRAME_WIDTH;
  const lines = mode.lines.flatMap(line =>
    isTabular(line) ? [printable(line)] : wrap(printable(line), widest),
  );
  const boxWidth = Math.max(40, Math.min(width, Math.max(...lines.map(textWidth)) + FRAME_WIDTH));
  const size = placed(boxWidth, Math.min(height, lines.length + FRAME_HEIGHT), width, height);
  return scrolled(
    view,
    mode.title,
    lines.map((line): Row => [span(line)]),
    mode.scroll,
    size,
  );
}

/** Lines with columns are not wrapped: they would lose their shape. */
function isTabular(line: string): boolean {
  return /\S {2,}\S/.test(line) || line.startsWith('  ');
}
