/**
 * A frame as lines of text without Ink: for the moment before Ink is loaded, and where there is no terminal.
 *
 * @module
 */
import type { Frame } from './frame.js';
import { fitRow, plainText, type Row } from './rows.js';
import { cut, textWidth } from './text.js';

/** Blocks of a slice joined line by line. */
export function composeRows({ slices }: Frame): Row[] {
  return slices.flatMap(slice => {
    const height = Math.max(0, ...slice.map(block => block.rows.length));
    return Array.from(
      { length: height },
      (_, line): Row => slice.flatMap(block => fitRow(block.rows[line] ?? [], block.width)),
    );
  });
}

/** The frame as plain text, the overlay included. */
export function plainFrame(frame: Frame): string[] {
  const lines = composeRows(frame).map(plainText);
  const { overlay } = frame;
  if (overlay === null) return lines.map(line => line.trimEnd());
  const { left, top } = overlay;
  overlay.rows.forEach((row, index) => {
    const under = lines[top + index] ?? '';
    const head = cut(under, left).padEnd(left);
    const tail = [...under].slice([...cut(under, left + overlay.width)].length).join('');
    lines[top + index] = head + plainText(row) + tail;
  });
  return lines.map(line => (textWidth(line) === 0 ? '' : line.trimEnd()));
}
