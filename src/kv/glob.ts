/**
 * Redis's glob patterns: `*`, `?`, `[abc]`, `[^a-z]`, `\` before a literal character.
 *
 * @module
 */

/** Whether one char code fits; null stands for `*`. */
type Token = ((code: number) => boolean) | null;

const STAR = '*';
const CARET = '^';
const BACKSLASH = '\\';

/** Compiles `pattern`. Matching takes time in length of pattern times length of text at most. */
export function globMatcher(pattern: string): (text: string) => boolean {
  if (pattern === STAR) return () => true;
  const tokens = parseGlob(pattern);
  return text => matches(tokens, text);
}

function parseGlob(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === STAR) {
      if (tokens.at(-1) !== null) tokens.push(null);
    } else if (char === '?') {
      tokens.push(() => true);
    } else if (char === '[') {
      const set = parseClass(pattern, at + 1);
      tokens.push(set.token);
      at = set.end;
    } else {
      if (char === BACKSLASH && at + 1 < pattern.length) at++;
      const literal = pattern.charCodeAt(at);
      tokens.push(code => code === literal);
    }
  }
  return tokens;
}

/** `start` is behind the bracket; `end` is the position of the closing one (or the last char without one). */
function parseClass(pattern: string, start: number): { token: Token; end: number } {
  const negated = pattern[start] === CARET;
  const ranges: [number, number][] = [];
  let at = negated ? start + 1 : start;
  for (; at < pattern.length && pattern[at] !== ']'; at++) {
    if (pattern[at] === BACKSLASH && at + 1 < pattern.length) {
      at++;
      ranges.push([pattern.charCodeAt(at), pattern.charCodeAt(at)]);
    } else if (at + 2 < pattern.length && pattern[at + 1] === '-') {
      const a = pattern.charCodeAt(at);
      const b = pattern.charCodeAt(at + 2);
      ranges.push([Math.min(a, b), Math.max(a, b)]);
      at += 2;
    } else {
      ranges.push([pattern.charCodeAt(at), pattern.charCodeAt(at)]);
    }
  }
  const contains = (code: number) => ranges.some(([low, high]) => code >= low && code <= high);
  return { token: code => contains(code) !== negated, end: at };
}

/** Every token but the star takes one char, so going back to the last star is enough. */
function matches(tokens: readonly Token[], text: string): boolean {
  let token = 0;
  let at = 0;
  let starToken = -1;
  let starAt = 0;
  while (at < text.length) {
    const test = tokens[token];
    if (test === null) {
      starToken = token++;
      starAt = at;
    } else if (test?.(text.charCodeAt(at)) === true) {
      token++;
      at++;
    } else if (starToken >= 0) {
      token = starToken + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token] === null) token++;
  return token === tokens.length;
}
