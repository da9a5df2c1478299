/**
 * A whole screen as rows, panel by panel: what the Ink tree lays out, also used where Ink is not loaded.
 *
 * @module
 */
import type { CommandLanguage } from './command-language.js';
import { type Layout, layoutOf, MIN_COLUMNS, MIN_ROWS } from './layout.js';
import { captionHeight, drawCaption } from './panels/caption.js';
import { drawEvents } from './panels/events.js';
import { drawKeys, drawPrompt, drawResult } from './panels/footer.js';
import { drawHeader } from './panels/header.js';
import { drawLinks } from './panels/links.js';
import { drawLoad, loadStrip } from './panels/load.js';
import { drawLog } from './panels/log.js';
import { drawMessages } from './panels/messages.js';
import { drawNodes } from './panels/nodes.js';
import { drawOverlay, type Overlay } from './panels/overlays.js';
import { drawRoles } from './panels/roles.js';
import { drawScript } from './panels/script.js';
import { drawStore } from './panels/store.js';
import { fitRow, type Row, span } from './rows.js';
import { PANELS, type PanelId, type State } from './state.js';
import { asciiText } from './text.js';
import type { Theme } from './theme.js';
import { FRAME_HEIGHT, FRAME_WIDTH, frame, type PanelDrawer, type View } from './view.js';

const DRAWERS: Readonly<Record<PanelId, PanelDrawer>> = {
  nodes: drawNodes,
  links: drawLinks,
  events: drawEvents,
  log: drawLog,
  roles: drawRoles,
  load: drawLoad,
  store: drawStore,
  session: drawScript,
  messages: drawMessages,
};

export interface Block {
  readonly key: string;
  readonly width: number;
  readonly rows: readonly Row[];
}

/** Blocks side by side. */
export type Slice = readonly Block[];

export interface Frame {
  readonly slices: readonly Slice[];
  readonly overlay: Overlay | null;
}

function viewOf(state: State, theme: Theme): View {
  return { state, theme, glyphs: theme.glyphs };
}

function panelBlock(view: View, panel: PanelId, width: number, height: number): Block {
  const content = DRAWERS[panel](view, width - FRAME_WIDTH, height - FRAME_HEIGHT);
  const digit = String(PANELS.indexOf(panel) + 1);
  const focused = view.state.focus === panel;
  return { key: panel, width, rows: frame(content, { width, height, focused, digit }, view.glyphs) };
}

function lineBlock(key: string, row: Row, width: number): Slice {
  return [{ key, width, rows: [fitRow(row, width)] }];
}

function captionBlock(view: View): readonly Slice[] {
  const { columns } = view.state;
  const height = captionHeight(view.state);
  return height === 0 ? [] : [[{ key: 'caption', width: columns, rows: drawCaption(view, columns, height) }]];
}

function tooSmall({ columns, rows }: State): Frame {
  const text = `needs ${MIN_COLUMNS}x${MIN_ROWS}, is ${columns}x${rows}`;
  const lines = ['raftkv', text, 'q quits'].slice(0, rows);
  const slices = lines.map((line, index) => lineBlock(`line${index}`, [span(line)], columns));
  return { slices, overlay: null };
}

/** What takes the place of the load where there is one: whatever is going on. */
function extraPanel({ script, store }: State): PanelId | null {
  if (script !== null && script.state === 'running') return 'session';
  return store?.watch == null ? null : 'store';
}

/** Whether a panel is on the screen now. */
export function isShown(state: State, panel: PanelId): boolean {
  const layout = layoutFor(state);
  if (layout.kind === 'too-small') return false;
  return layout.bands.some(
    band => band.kind === 'panels' && band.panels.some(placed => placed.panel === panel),
  );
}

export function layoutFor(state: State): Layout {
  const nodes = state.status?.nodes.length ?? state.facts.nodes;
  const { columns, rows, focus, zoomed } = state;
  return layoutOf({
    columns,
    rows,
    nodes,
    focus,
    zoomed,
    reserved: captionHeight(state),
    extra: extraPanel(state),
  });
}

export function drawFrame(state: State, theme: Theme, language: CommandLanguage): Frame {
  const layout = layoutFor(state);
  if (layout.kind === 'too-small') return tooSmall(state);
  const view = viewOf(state, theme);
  const { columns, rows } = state;
  const bands = layout.bands.map((band, index): Slice => {
    if (band.kind === 'strip') return lineBlock(`strip${index}`, loadStrip(view, columns), columns);
    return band.panels.map(({ panel, width, height }) => panelBlock(view, panel, width, height));
  });
  const slices = [
    lineBlock('header', drawHeader(view, columns), columns),
    ...bands,
    ...captionBlock(view),
    ...(layout.hasResultLine ? [lineBlock('result', drawResult(view), columns)] : []),
    lineBlock('prompt', drawPrompt(view, language, columns, layout.hasResultLine), columns),
    lineBlock('keys', drawKeys(view, columns), columns),
  ];
  const area = rows - 3 - captionHeight(state) - (layout.hasResultLine ? 1 : 0);
  const overlay = drawOverlay(view, language, columns, area);
  return theme.ascii ? asciiFrame({ slices, overlay }) : { slices, overlay };
}

/** Texts from elsewhere, answers and events, may hold what the terminal cannot show. */
function asciiFrame({ slices, overlay }: Frame): Frame {
  const clean = (rows: readonly Row[]): Row[] =>
    rows.map(row => row.map(part => ({ ...part, text: asciiText(part.text) })));
  return {
    slices: slices.map(slice => slice.map(block => ({ ...block, rows: clean(block.rows) }))),
    overlay: overlay === null ? null : { ...overlay, rows: clean(overlay.rows) },
  };
}
