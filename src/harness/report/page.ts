/** Placeholder until the page. @module */
import type { TestDescription } from '../summary.js';
import type { TestResult } from '../test-run.js';
export const reportPage = (description: TestDescription, result: TestResult): string =>
  JSON.stringify([description, result.ok]);
