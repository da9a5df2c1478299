/**
 * Text in terminal cells: what may be shown, how wide it is, and how to cut it.
 *
 * @module
 */

/** Ranges of code points two cells wide (East Asian Wide and Fullwidth, emoji), Unicode 15, sorted. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26a1, 0x26a1],
  [0x26bd, 0x26be],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2755],
  [0x2795, 0x2797],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f000, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Characters that move the cursor, join or reverse others: never sent to a terminal as they are. */
const UNSAFE = /[\p{C}\p{M}\p{Zl}\p{Zp}]/gu;

/** The text with everything a terminal could act on written as `\xNN`, so that stored bytes cannot draw. */
export function printable(text: string): string {
  return text.replace(UNSAFE, character => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Width of every character of the basic plane: looked up for each character of each frame. */
const BASIC_WIDTHS = new Uint8Array(0x10000).fill(1);
for (const [first, last] of WIDE) if (last < 0x10000) BASIC_WIDTHS.fill(2, first, last + 1);

function codeWidth(code: number): number {
  if (code < 0x10000) return BASIC_WIDTHS[code] ?? 1;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** Cells one character takes: 1 or 2. */
function characterWidth(character: string): number {
  return codeWidth(character.codePointAt(0) ?? 0);
}

/** Cells of a printable text. */
export function textWidth(text: string): number {
  let width = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    width += codeWidth(code);
    if (code > 0xffff) at++;
  }
  return width;
}

/** The longest prefix that fits `width` cells. */
function cut(text: string, width: number): string {
  if (text.length <= width && textWidth(text) <= width) return text;
  let used = 0;
  let result = '';
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) break;
    result += character;
  }
  return result;
}

/** Exactly `width` cells: padded right, or cut with an ellipsis. */
export function fit(text: string, width: number, ellipsis = '…'): string {
  const actual = textWidth(text);
  if (actual <= width) return text + ' '.repeat(width - actual);
  if (width <= ellipsis.length) return cut(text, width).padEnd(width);
  const head = cut(text, width - ellipsis.length);
  return head + ellipsis + ' '.repeat(width - ellipsis.length - textWidth(head));
}

/** Exactly `width` cells: padded left, or cut from the left (numbers keep their low digits visible). */
export function fitRight(text: string, width: number): string {
  const actual = textWidth(text);
  if (actual <= width) return ' '.repeat(width - actual) + text;
  return fit(text, width);
}

const ASCII_FORMS: Readonly<Record<string, string>> = {
  '→': '>',
  '←': '<',
  '·': '.',
  '–': '-',
  '−': '-',
  '…': '~',
};

/** The text in as many cells, without characters beyond ASCII. */
export function asciiText(text: string): string {
  return text.replace(
    /[^\x20-\x7e]/gu,
    character => ASCII_FORMS[character] ?? '?'.repeat(characterWidth(character)),
  );
}

/** Breaks words into lines of at most `width` cells; a word longer than a line is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (textWidth(line) > width) {
      const head = cut(line, width);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}
