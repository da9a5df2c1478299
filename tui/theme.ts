/**
 * Colours and glyphs. Meaning never rests on colour alone: every style has a glyph, a word or a digit beside it.
 *
 * The hues are those of Okabe and Ito, which people with any common colour blindness can tell apart.
 *
 * @module
 */

export const THEME_NAMES = ['dark', 'light', 'mono', 'high-contrast'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

/** 0: no colour, 1: the 16 colours, 2: 256 colours, 3: true colour. */
export type ColorLevel = 0 | 1 | 2 | 3;

const STYLE_NAMES = [
  'plain',
  'dim',
  'bold',
  'border',
  'focus',
  'key',
  'leader',
  'follower',
  'candidate',
  'paused',
  'down',
  'good',
  'warning',
  'bad',
  'accent',
  'heat1',
  'heat2',
  'heat3',
  'heat4',
  'term0',
  'term1',
  'term2',
  'term3',
  'term4',
  'term5',
] as const;
export type StyleName = (typeof STYLE_NAMES)[number];

/** One style: bold or faint, a foreground and a background as `#rrggbb`, and the foreground among the 16 colours. */
interface Appearance {
  readonly attribute?: 'bold' | 'dim' | 'underline';
  readonly color?: string;
  readonly background?: string;
  /** SGR code 30–37 or 90–97. */
  readonly ansi?: number;
}

const DARK: Readonly<Record<StyleName, Appearance>> = {
  plain: {},
  dim: { color: '#8a8f98', ansi: 90 },
  bold: { attribute: 'bold' },
  border: { color: '#5c6370', ansi: 90 },
  focus: { attribute: 'bold', color: '#e8e8e8', ansi: 97 },
  key: { attribute: 'bold', color: '#56b4e9', ansi: 96 },
  leader: { attribute: 'bold', color: '#2fc79a', ansi: 92 },
  follower: { color: '#56b4e9', ansi: 36 },
  candidate: { attribute: 'bold', color: '#e69f00', ansi: 93 },
  paused: { color: '#cc79a7', ansi: 95 },
  down: { color: '#e0703a', ansi: 91 },
  good: { color: '#2fc79a', ansi: 32 },
  warning: { color: '#e69f00', ansi: 33 },
  bad: { attribute: 'bold', color: '#e0703a', ansi: 91 },
  accent: { color: '#f0e442', ansi: 93 },
  heat1: { color: '#ffffff', background: '#3a4060', ansi: 36 },
  heat2: { color: '#ffffff', background: '#5d6375', ansi: 33 },
  heat3: { color: '#000000', background: '#a69d6f', ansi: 93 },
  heat4: { color: '#000000', background: '#fde737', ansi: 91 },
  term0: { color: '#56b4e9', ansi: 36 },
  term1: { color: '#e69f00', ansi: 33 },
  term2: { color: '#2fc79a', ansi: 32 },
  term3: { color: '#cc79a7', ansi: 35 },
  term4: { color: '#f0e442', ansi: 93 },
  term5: { color: '#7f9cf5', ansi: 94 },
};

const LIGHT: Readonly<Record<StyleName, Appearance>> = {
  ...DARK,
  dim: { color: '#6b7280', ansi: 90 },
  border: { color: '#9aa0aa', ansi: 90 },
  focus: { attribute: 'bold', color: '#111111', ansi: 30 },
  key: { attribute: 'bold', color: '#0060a0', ansi: 34 },
  leader: { attribute: 'bold', color: '#00795a', ansi: 32 },
  follower: { color: '#0072b2', ansi: 34 },
  candidate: { attribute: 'bold', color: '#a06a00', ansi: 33 },
  paused: { color: '#a04a7c', ansi: 35 },
  down: { color: '#b84a00', ansi: 31 },
  good: { color: '#00795a', ansi: 32 },
  warning: { color: '#a06a00', ansi: 33 },
  bad: { attribute: 'bold', color: '#b84a00', ansi: 31 },
  accent: { color: '#7a6a00', ansi: 33 },
  term0: { color: '#0072b2', ansi: 34 },
  term1: { color: '#a06a00', ansi: 33 },
  term2: { color: '#00795a', ansi: 32 },
  term3: { color: '#a04a7c', ansi: 35 },
  term4: { color: '#7a6a00', ansi: 33 },
  term5: { color: '#3b4fc0', ansi: 34 },
};

/** No colours: bold for what matters, faint for what does not. */
const MONO: Readonly<Record<StyleName, Appearance>> = {
  ...mapStyles(() => ({})),
  dim: { attribute: 'dim' },
  bold: { attribute: 'bold' },
  border: { attribute: 'dim' },
  focus: { attribute: 'bold' },
  key: { attribute: 'bold' },
  leader: { attribute: 'bold' },
  candidate: { attribute: 'bold' },
  down: { attribute: 'bold' },
  bad: { attribute: 'bold' },
  warning: { attribute: 'bold' },
  heat3: { attribute: 'bold' },
  heat4: { attribute: 'bold' },
};

const HIGH_CONTRAST: Readonly<Record<StyleName, Appearance>> = {
  ...mapStyles(() => ({})),
  bold: { attribute: 'bold' },
  focus: { attribute: 'bold', color: '#ffffff', ansi: 97 },
  key: { attribute: 'bold', color: '#00ffff', ansi: 96 },
  leader: { attribute: 'bold', color: '#00ff66', ansi: 92 },
  candidate: { attribute: 'bold', color: '#ffff00', ansi: 93 },
  paused: { color: '#ff80ff', ansi: 95 },
  down: { attribute: 'bold', color: '#ff6060', ansi: 91 },
  good: { color: '#00ff66', ansi: 92 },
  warning: { color: '#ffff00', ansi: 93 },
  bad: { attribute: 'bold', color: '#ff6060', ansi: 91 },
  accent: { color: '#ffff00', ansi: 93 },
  heat1: { color: '#00ffff', ansi: 96 },
  heat2: { color: '#ffff00', ansi: 93 },
  heat3: { attribute: 'bold', color: '#ffff00', ansi: 93 },
  heat4: { attribute: 'bold', color: '#ff6060', ansi: 91 },
};

function mapStyles(make: () => Appearance): Record<StyleName, Appearance> {
  return Object.fromEntries(STYLE_NAMES.map(name => [name, make()])) as Record<StyleName, Appearance>;
}

const APPEARANCES: Readonly<Record<ThemeName, Readonly<Record<StyleName, Appearance>>>> = {
  dark: DARK,
  light: LIGHT,
  mono: MONO,
  'high-contrast': HIGH_CONTRAST,
};

const UNICODE_GLYPHS = {
  leader: '★',
  follower: '●',
  candidate: '◐',
  preCandidate: '◌',
  paused: '‖',
  down: '✖',
  faulty: '!',
  starting: '…',
  removed: '–',
  selected: '▶',
  above: '▼',
  heart: '♥',
  cut: '✕',
  self: '╲',
  none: '·',
  clogged: '≡',
  ok: '✓',
  differs: '≠',
  failed: '✗',
  live: '●',
  separator: '│',
  full: '▰',
  empty: '▱',
  gap: '░',
  line: '─',
  cursor: '▏',
  ellipsis: '…',
  more: '↕',
  arrow: '→',
  both: '⇄',
  minus: '−',
  sparks: '▁▂▃▄▅▆▇█',
  light: '┌┐└┘─│',
  heavy: '┏┓┗┛━┃',
};
export type Glyphs = { readonly [Name in keyof typeof UNICODE_GLYPHS]: string };

const ASCII_GLYPHS: Glyphs = {
  leader: '*',
  follower: 'o',
  candidate: '?',
  preCandidate: '~',
  paused: '=',
  down: 'x',
  faulty: '!',
  starting: '.',
  removed: '-',
  selected: '>',
  above: 'v',
  heart: 'v',
  cut: 'X',
  self: '\\',
  none: '.',
  clogged: '%',
  ok: 'ok',
  differs: '#',
  failed: '!!',
  live: 'o',
  separator: '|',
  full: '#',
  empty: '-',
  gap: ' ',
  line: '-',
  cursor: '_',
  ellipsis: '~',
  more: '^v',
  arrow: '->',
  both: '<>',
  minus: '-',
  sparks: '_.,-=+*#',
  light: '++++-|',
  heavy: '####=#',
};

export interface Theme {
  readonly name: ThemeName;
  readonly level: ColorLevel;
  readonly ascii: boolean;
  readonly glyphs: Glyphs;
  /** SGR sequences that switch a style on, and off again; empty strings where there is nothing to do. */
  readonly codes: Readonly<Record<StyleName, { readonly on: string; readonly off: string }>>;
}

function rgb(hex: string): readonly [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Nearest entry of the 6×6×6 cube of the 256 colours. */
function cube(hex: string): number {
  const [red, green, blue] = rgb(hex).map(part => Math.round((part / 255) * 5));
  return 16 + 36 * (red ?? 0) + 6 * (green ?? 0) + (blue ?? 0);
}

function colorCode(hex: string, ground: 38 | 48, level: ColorLevel): string {
  return level === 3 ? `\x1b[${ground};2;${rgb(hex).join(';')}m` : `\x1b[${ground};5;${cube(hex)}m`;
}

const ATTRIBUTE_CODES = { bold: [1, 22], dim: [2, 22], underline: [4, 24] } as const;

function codesOf(look: Appearance, level: ColorLevel): { on: string; off: string } {
  let on = '';
  let off = '';
  if (look.attribute) {
    const [start, end] = ATTRIBUTE_CODES[look.attribute];
    on += `\x1b[${start}m`;
    off = `\x1b[${end}m${off}`;
  }
  if (level >= 2 && look.background) {
    on += colorCode(look.background, 48, level);
    off = `\x1b[49m${off}`;
  }
  if (level >= 2 && look.color) {
    on += colorCode(look.color, 38, level);
    off = `\x1b[39m${off}`;
  } else if (level === 1 && look.ansi !== undefined) {
    on += `\x1b[${look.ansi}m`;
    off = `\x1b[39m${off}`;
  }
  return { on, off };
}

export function createTheme(name: ThemeName, level: ColorLevel, ascii: boolean): Theme {
  const looks = APPEARANCES[level === 0 ? 'mono' : name];
  const codes = Object.fromEntries(
    STYLE_NAMES.map(style => [style, codesOf(looks[style], level)]),
  ) as Theme['codes'];
  return { name, level, ascii, glyphs: ascii ? ASCII_GLYPHS : UNICODE_GLYPHS, codes };
}

/** What the terminal can show, from its environment; NO_COLOR counts when not empty (no-color.org). */
export function detectColorLevel(env: NodeJS.ProcessEnv): ColorLevel {
  if (env.NO_COLOR || env.TERM === 'dumb') return 0;
  const forced = env.FORCE_COLOR;
  if (forced === '0' || forced === 'false') return 0;
  if (forced === '1' || forced === '2' || forced === '3') return Number(forced) as ColorLevel;
  if (env.COLORTERM === 'truecolor' || env.COLORTERM === '24bit') return 3;
  const term = env.TERM ?? '';
  if (/-direct$/.test(term)) return 3;
  return /256color/.test(term) ? 2 : 1;
}

/** True when the locale says that the terminal cannot show UTF-8. An unset locale is taken as UTF-8. */
export function needsAscii(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return env.TERM === 'linux' || (locale !== '' && !/utf-?8/i.test(locale));
}
