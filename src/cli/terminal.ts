/**
 * Where a command prints: results to stdout, everything else to stderr.
 *
 * @module
 */

export const print = (text: string): void => {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
};

export const printError = (text: string): void => {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
};

/** One JSON value a line; integers beyond 2^53 as strings. */
export const printJson = (value: unknown): void => {
  const safe = (_key: string, part: unknown) => (typeof part === 'bigint' ? String(part) : part);
  print(JSON.stringify(value, safe));
};
