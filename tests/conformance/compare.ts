/**
 * Comparison of expected and produced output, and the one line that says how they differ.
 *
 * @module
 */
const LOGGER_LINE = /^\s*(?:DEBUG|INFO|WARN|ERROR|FATAL) /;

const linesOf = (text: string): readonly string[] => {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};

/** Drops diagnostics; a side that has nothing else printed nothing, which reads `ok`. */
function withoutLogger(text: string): readonly string[] {
  const lines = linesOf(text).filter(line => !LOGGER_LINE.test(line));
  return lines.length === 0 ? ['ok'] : lines;
}

/** @returns nothing if they are equal, else what to print about the first line that differs */
export function differenceExact(expected: string, actual: string): readonly string[] {
  return firstDifference(linesOf(expected), linesOf(actual));
}

/** As `differenceExact`, with diagnostic lines ignored on both sides. */
export function differenceBesidesLogger(expected: string, actual: string): readonly string[] {
  return firstDifference(withoutLogger(expected), withoutLogger(actual));
}

function firstDifference(expected: readonly string[], actual: readonly string[]): readonly string[] {
  const count = Math.max(expected.length, actual.length);
  for (let at = 0; at < count; at += 1) {
    if (expected[at] === actual[at]) continue;
    const show = (line: string | undefined): string => line ?? '<end of output>';
    return [`output line ${at + 1}`, `expected: ${show(expected[at])}`, `actual:   ${show(actual[at])}`];
  }
  return [];
}
