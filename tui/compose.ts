/**
 * A frame as rows of the whole screen: blocks at their places, the window over the panels on top.
 *
 * @module
 */
import type { Block, Frame } from './frame.js';
import { cutRow, fitRow, plainText, type Row, rowWidth, span } from './rows.js';

/** Cells from the left and the upper edge of the screen. */
export interface Place {
  readonly left: number;
  readonly top: number;
}

/** By the keys of the blocks. */
export type Places = ReadonlyMap<string, Place>;

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** The slices of a frame under each other, the blocks of each side by side. */
export function stackedPlaces({ slices }: Frame): Places {
  const places = new Map<string, Place>();
  let top = 0;
  for (const slice of slices) {
    let left = 0;
    for (const { key, width } of slice) {
      places.set(key, { left, top });
      left += width;
    }
    top += heightOf(slice);
  }
  return places;
}

function heightOf(slice: readonly Block[]): number {
  return Math.max(0, ...slice.map(block => block.rows.length));
}

/** Each screen row exactly `columns` wide; what would lie beyond the screen is left out. */
export function layRows({ slices, overlay }: Frame, places: Places, { columns, rows }: ScreenSize): Row[] {
  const laid: Row[] = Array.from({ length: rows }, () => []);
  for (const block of slices.flat()) {
    const place = places.get(block.key);
    if (place === undefined) continue;
    block.rows.forEach((row, line) => {
      const before = laid[place.top + line];
      if (before === undefined) return;
      const gap = place.left - rowWidth(before);
      const padding = gap > 0 ? [span(' '.repeat(gap))] : [];
      laid[place.top + line] = [...before, ...padding, ...row];
    });
  }
  overlay?.rows.forEach((row, line) => {
    const under = laid[overlay.top + line];
    if (under === undefined) return;
    const right = overlay.left + overlay.width;
    laid[overlay.top + line] = [
      ...cutRow(under, 0, overlay.left),
      ...fitRow(row, overlay.width),
      ...cutRow(under, right, columns),
    ];
  });
  return laid.map(row => fitRow(row, columns));
}

/** The rows of a frame that was drawn for a screen of its own size. */
export function composeRows(frame: Frame): Row[] {
  const rows = frame.slices.reduce((height, slice) => height + heightOf(slice), 0);
  const widths = frame.slices.map(slice => slice.reduce((width, block) => width + block.width, 0));
  return layRows(frame, stackedPlaces(frame), { columns: Math.max(0, ...widths), rows });
}

/** The frame as plain text. */
export function plainFrame(frame: Frame): string[] {
  return composeRows(frame).map(row => plainText(row).trimEnd());
}
