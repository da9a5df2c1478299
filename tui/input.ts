/**
 * Bytes from the terminal to keys. Chunks may hold many keys, half a key, or a paste: nothing is lost or joined.
 *
 * @module
 */

/**
 * One key. `name` is the character itself, or `enter`, `up`, `ctrl-c`, `alt-b`, `shift-tab` and the like; `text` is
 * what a line editor inserts for it, empty for keys that insert nothing.
 */
export interface KeyPress {
  readonly kind: 'key';
  readonly name: string;
  readonly text: string;
}

/** A piece of a bracketed paste, as it came; a long paste comes in several pieces. */
export interface Paste {
  readonly kind: 'paste';
  readonly text: string;
}

/** Cells are counted from 0, from the upper left. */
export interface MouseEvent {
  readonly kind: 'mouse';
  readonly button: 'left' | 'wheel-up' | 'wheel-down';
  readonly column: number;
  readonly row: number;
}

export type InputEvent = KeyPress | Paste | MouseEvent;

const ESCAPE = '\x1b';
const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';
/** A sequence longer than this is noise: its first byte is dropped as a lone Escape. */
const LONGEST_SEQUENCE = 64;

const CONTROL_NAMES: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\0': 'ctrl-space',
};

/** Final bytes of `CSI …` and `SS3 …`. */
const FINAL_NAMES: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  M: 'enter',
  Z: 'shift-tab',
};

/** First parameter of `CSI … ~`. */
const TILDE_NAMES: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
};

function key(name: string, text = ''): KeyPress {
  return { kind: 'key', name, text };
}

function plainKey(character: string): KeyPress {
  const named = CONTROL_NAMES[character];
  if (named !== undefined) return key(named);
  if (character === ' ') return key('space', ' ');
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && !(code >= 0x80 && code < 0xa0)) return key(character, character);
  if (code < 0x1b) return key(`ctrl-${String.fromCharCode(code + 0x60)}`);
  return key(`code-${code}`);
}

/** `1;5` → `ctrl-`: the modifiers xterm sends as the second parameter (1 + shift 1 + alt 2 + ctrl 4). */
function modifiers(parameter: string | undefined): string {
  const bits = Number(parameter ?? '1') - 1;
  return (bits & 4 ? 'ctrl-' : '') + (bits & 2 ? 'alt-' : '') + (bits & 1 ? 'shift-' : '');
}

const MOUSE_BUTTONS: Readonly<Record<string, MouseEvent['button']>> = {
  0: 'left',
  64: 'wheel-up',
  65: 'wheel-down',
};

/** `CSI < button ; column ; row M`, counted from 1; null for buttons and releases without a use. */
function mouseEvent(parameters: string, final: string): MouseEvent | null {
  const [code = '', column, row] = parameters.slice(1).split(';');
  const button = MOUSE_BUTTONS[code];
  if (final !== 'M' || button === undefined) return null;
  return { kind: 'mouse', button, column: Number(column) - 1, row: Number(row) - 1 };
}

/** Null for answers of the terminal, which nobody asked for, and for keys without a use. */
function sequenceKey(parameters: string, final: string): KeyPress | MouseEvent | null {
  if (parameters.startsWith('<')) return mouseEvent(parameters, final);
  if (/[<=>?]/.test(parameters)) return null;
  const [first, second] = parameters.split(';');
  const base = final === '~' ? TILDE_NAMES[first ?? ''] : FINAL_NAMES[final];
  if (base === undefined) return null;
  const prefix = modifiers(second);
  return key(base === 'shift-tab' ? base : prefix + base);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with Escape
const SEQUENCE = /^\x1b(?:\[([0-9;:<=>?]*)[ -/]*([@-~])|O([@-~]))/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with Escape
const SEQUENCE_BEGUN = /^\x1b(?:\[[0-9;:<=>?]*[ -/]*|O)?$/;

export class InputDecoder {
  #rest = '';
  #pasting = false;

  /** True while what came so far may be the start of something longer: call `flush` when nothing follows. */
  get pending(): boolean {
    return this.#rest !== '';
  }

  /** Decodes what can be decoded; the incomplete end is kept for the next chunk. */
  push(chunk: string): InputEvent[] {
    this.#rest += chunk;
    const events: InputEvent[] = [];
    while (this.#rest !== '') {
      const before = this.#rest.length;
      const event = this.#pasting ? this.#paste() : this.#next();
      if (event !== null) events.push(event);
      if (this.#rest.length === before) break;
    }
    return events;
  }

  /** Takes the incomplete end as it is: a lone Escape is the Escape key. */
  flush(): InputEvent[] {
    if (this.#pasting || this.#rest === '') return [];
    const [first = '', ...others] = this.#rest;
    this.#rest = '';
    const rest = others.join('');
    return [first === ESCAPE ? key('escape') : plainKey(first), ...this.push(rest), ...this.flush()];
  }

  #take(length: number): string {
    const text = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return text;
  }

  #next(): KeyPress | MouseEvent | null {
    const code = this.#rest.codePointAt(0) ?? 0;
    if (this.#rest[0] !== ESCAPE) {
      const isHalfCharacter = code >= 0xd800 && code < 0xdc00 && this.#rest.length === 1;
      return isHalfCharacter ? null : plainKey(this.#take(code > 0xffff ? 2 : 1));
    }
    if (this.#rest.startsWith(PASTE_START)) {
      this.#take(PASTE_START.length);
      this.#pasting = true;
      return null;
    }
    const match = SEQUENCE.exec(this.#rest);
    if (match !== null) {
      this.#take(match[0].length);
      return sequenceKey(match[1] ?? '', match[2] ?? match[3] ?? '');
    }
    if (SEQUENCE_BEGUN.test(this.#rest) && this.#rest.length < LONGEST_SEQUENCE) return null;
    return this.#afterEscape();
  }

  /** Escape that begins no sequence: Alt with a character, or the key itself. */
  #afterEscape(): KeyPress {
    this.#take(1);
    const following = this.#rest[0];
    if (following === undefined || following === ESCAPE || following === '[') return key('escape');
    const code = this.#rest.codePointAt(0) ?? 0;
    return key(`alt-${plainKey(this.#take(code > 0xffff ? 2 : 1)).name}`);
  }

  /** Everything up to the end mark; a possible beginning of the mark stays. */
  #paste(): Paste | null {
    const end = this.#rest.indexOf(PASTE_END);
    if (end >= 0) {
      const text = this.#take(end);
      this.#take(PASTE_END.length);
      this.#pasting = false;
      return text === '' ? null : { kind: 'paste', text };
    }
    let kept = Math.min(PASTE_END.length - 1, this.#rest.length);
    while (!this.#rest.endsWith(PASTE_END.slice(0, kept))) kept--;
    const text = this.#take(this.#rest.length - kept);
    return text === '' ? null : { kind: 'paste', text };
  }
}
