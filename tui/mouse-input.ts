/**
 * What a click and the wheel do: focus the panel under them, select in it, scroll it.
 *
 * @module
 */
import { ACTIONS } from './actions.js';
import { layoutFor } from './frame.js';
import type { MouseEvent } from './input.js';
import { linkCellWidth } from './layout.js';
import type { PanelId, State } from './state.js';
import { only, type Step, type Surroundings } from './step.js';

/** Lines a notch of the wheel scrolls. */
const WHEEL_LINES = 3;
/** Cells of edge and margin, and of a row's label in the links. */
const EDGE = 2;
const LINK_LABEL = 3;

interface PlacedAt {
  readonly panel: PanelId;
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

/** The panel under a cell of the screen. */
function panelAt(state: State, { column, row }: MouseEvent): PlacedAt | null {
  const layout = layoutFor(state);
  if (layout.kind === 'too-small') return null;
  let top = 1;
  for (const band of layout.bands) {
    if (row >= top && row < top + band.height && band.kind === 'panels') {
      let left = 0;
      for (const { panel, width, height } of band.panels) {
        if (column < left + width) return { panel, left, top, height };
        left += width;
      }
    }
    top += band.height;
  }
  return null;
}

/** Selects what was clicked, where panels have one line a node. */
function select(state: State, { panel, left, top, height }: PlacedAt, { column, row }: MouseEvent): State {
  const focused: State = { ...state, focus: panel };
  const nodes = state.status?.nodes.length ?? 0;
  const line = row - top - 2;
  if (line < 0 || line >= nodes || nodes > height - 3) return focused;
  if (panel === 'links') {
    const width = linkCellWidth(state.columns, nodes);
    const to = Math.floor((column - left - EDGE - LINK_LABEL) / width);
    return to < 0 || to >= nodes ? focused : { ...focused, link: { from: line, to } };
  }
  return panel === 'nodes' || panel === 'log' || panel === 'roles' ? { ...focused, node: line } : focused;
}

export function mouseInput(state: State, event: MouseEvent, around: Surroundings): Step {
  const isOverPanels = state.mode.kind === 'panels';
  const isReading = state.mode.kind === 'help' || state.mode.kind === 'text';
  if (!isOverPanels && !isReading) return only(state);
  const under = isOverPanels ? panelAt(state, event) : null;
  if (event.button === 'left') return only(under === null ? state : select(state, under, event));
  const action = ACTIONS[event.button === 'wheel-up' ? 'up' : 'down'];
  let next: State = under === null ? state : { ...state, focus: under.panel };
  for (let line = 0; line < WHEEL_LINES; line++) next = action(next, '', around).state;
  return only(next);
}
