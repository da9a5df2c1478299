/**
 * Counts cases and tells of failures as they happen.
 *
 * @module
 */
export class Report {
  passed = 0;
  failed = 0;
  skipped = 0;
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  note(line: string): void {
    this.#print(line);
  }

  pass(): void {
    this.passed += 1;
  }

  /** @param where file, line and directive */
  fail(where: string, details: readonly string[]): void {
    this.failed += 1;
    this.#print(`FAIL ${where}`);
    for (const detail of details) this.#print(`  ${detail}`);
  }

  skip(what: string): void {
    this.skipped += 1;
    this.#print(`SKIP ${what}`);
  }

  summary(): string {
    return `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }
}
