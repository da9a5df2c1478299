/**
 * Which panels fit a terminal, and where. Small terminals lose charts first, never the nodes or the prompt.
 *
 * @module
 */
import type { PanelId } from './state.js';

export const MIN_COLUMNS = 60;
export const MIN_ROWS = 16;

interface PlacedPanel {
  readonly panel: PanelId;
  readonly width: number;
  readonly height: number;
}

/** A horizontal slice of the screen: panels side by side, or the load as one line without a frame. */
type Band =
  | { readonly kind: 'panels'; readonly height: number; readonly panels: readonly PlacedPanel[] }
  | { readonly kind: 'strip'; readonly height: 1 };

export type Layout =
  | { readonly kind: 'too-small' }
  /** Above the bands the header; below them the result line if there is room, the prompt and the keys. */
  | { readonly kind: 'panels'; readonly bands: readonly Band[]; readonly hasResultLine: boolean };

export interface LayoutInput {
  readonly columns: number;
  readonly rows: number;
  readonly nodes: number;
  readonly focus: PanelId;
  readonly zoomed: boolean;
  /** Rows under the panels that something else takes. */
  readonly reserved: number;
  /** A panel that stands where the load does; null: the load. */
  readonly extra: PanelId | null;
}

const WIDE_COLUMNS = 120;
const FEW_NODES = 6;
/** Share of the width that wide cells may take from the nodes. */
const MOST_FOR_LINKS = 0.45;
/** Links of few nodes keep room for the words about the selected one. */
const MIN_LINKS_WIDTH = 27;
const WIDE_LINKS_WIDTH = 40;
const RESULT_LINE_ROWS = 28;
const MIN_EVENTS_HEIGHT = 5;
/** Of a list that is looked at. */
const MIN_LIST_HEIGHT = 10;
/** Frame and one line of headings. */
const TABLE_FRAME = 3;
const LOAD_WIDTH = 60;
const MIN_NODES_WIDTH = 50;

/** Cells of one value of the link matrix: with decimals where there is room. */
export function linkCellWidth(columns: number, nodes: number): number {
  const spare = Math.min(columns - MIN_NODES_WIDTH, Math.floor(columns * MOST_FOR_LINKS));
  const isRoomy = columns >= 140 || nodes <= FEW_NODES;
  const widths = isRoomy ? [4, 3, 2] : columns >= WIDE_COLUMNS ? [3, 2] : [2];
  return widths.find(width => linksWidth(nodes, width) <= spare) ?? 1;
}

/** Frame, margins, row label, cells. */
function linksWidth(nodes: number, cellWidth: number): number {
  return Math.max(MIN_LINKS_WIDTH, 2 + 2 + 3 + nodes * cellWidth);
}

function panels(height: number, ...placed: readonly (readonly [PanelId, number])[]): Band {
  return { kind: 'panels', height, panels: placed.map(([panel, width]) => ({ panel, width, height })) };
}

const STRIP: Band = { kind: 'strip', height: 1 };

function topBand(input: LayoutInput, available: number): Band {
  const { columns, nodes } = input;
  const detail = available >= nodes + TABLE_FRAME + 1 + MIN_EVENTS_HEIGHT + 4 ? 1 : 0;
  const height = Math.max(5, Math.min(nodes + TABLE_FRAME + detail, available - MIN_EVENTS_HEIGHT - 1));
  const wanted = Math.max(
    linksWidth(nodes, linkCellWidth(columns, nodes)),
    columns >= WIDE_COLUMNS ? WIDE_LINKS_WIDTH : 0,
  );
  const links = Math.min(wanted, columns - MIN_NODES_WIDTH);
  return panels(height, ['nodes', columns - links], ['links', links]);
}

/** What stands under the nodes, in `rest` rows. */
function lowerBands({ columns, nodes, extra }: LayoutInput, rest: number): readonly Band[] {
  const chart = nodes + TABLE_FRAME + 1;
  if (columns < WIDE_COLUMNS) {
    if (rest - 1 >= chart + MIN_EVENTS_HEIGHT + 2) {
      return [STRIP, panels(chart, ['roles', columns]), panels(rest - 1 - chart, ['events', columns])];
    }
    return [STRIP, panels(rest - 1, ['events', columns])];
  }
  const half = Math.floor(columns / 2);
  if (rest >= chart + MIN_EVENTS_HEIGHT + 4) {
    return [
      panels(chart, ['log', half], ['roles', columns - half]),
      panels(rest - chart, ['events', columns - LOAD_WIDTH], [extra ?? 'load', LOAD_WIDTH]),
    ];
  }
  if (rest - 1 >= chart) {
    const roles = Math.floor(columns * 0.45);
    return [STRIP, panels(rest - 1, ['events', columns - roles], ['roles', roles])];
  }
  return [STRIP, panels(rest - 1, ['events', columns])];
}

function isPlaced(bands: readonly Band[], panel: PanelId): boolean {
  return bands.some(band => band.kind === 'panels' && band.panels.some(placed => placed.panel === panel));
}

/** Rows a panel that has no place of its own needs to stand under the nodes. */
function neededUnderNodes({ focus, nodes }: LayoutInput): number {
  return focus === 'log' || focus === 'roles' ? nodes + TABLE_FRAME : MIN_LIST_HEIGHT;
}

export function layoutOf(input: LayoutInput): Layout {
  const { columns, rows, focus, zoomed, reserved } = input;
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) return { kind: 'too-small' };
  const hasResultLine = rows >= RESULT_LINE_ROWS;
  const available = rows - 3 - reserved - (hasResultLine ? 1 : 0);
  const top = topBand(input, available);
  const bands = [top, ...lowerBands(input, available - top.height)];
  if (!zoomed && isPlaced(bands, focus)) return { kind: 'panels', bands, hasResultLine };
  const rest = available - top.height;
  if (!zoomed && rest >= neededUnderNodes(input)) {
    return { kind: 'panels', bands: [top, panels(rest, [focus, columns])], hasResultLine };
  }
  return { kind: 'panels', bands: [panels(available, [focus, columns])], hasResultLine };
}
