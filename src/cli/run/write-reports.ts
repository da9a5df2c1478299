/**
 * Writes the reports of scripts: one page and its summary, or, for several, a folder for each and a page that leads to them.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ScriptResult,
  scriptPage,
  scriptSummary,
  scriptsPage,
} from '../../harness/report/script-page.js';

const PAGE = 'report.html';

const write = (directory: string, page: string, summary: unknown): void => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, PAGE), page);
  writeFileSync(join(directory, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
};

/** Folders are named after the scripts; of two with one name the second is told apart by its number. */
const folderNames = (results: readonly ScriptResult[]): readonly string[] => {
  const seen = new Map<string, number>();
  return results.map(({ script }) => {
    const name = script.replace(/\.chaos$/, '');
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  });
};

/** @returns the page to open first */
export const writeReports = (directory: string, results: readonly ScriptResult[]): string => {
  const [only] = results;
  if (results.length === 1 && only !== undefined) {
    write(directory, scriptPage(only), scriptSummary(only));
    return join(directory, PAGE);
  }
  const names = folderNames(results);
  const links = results.map((result, index) => {
    const name = names[index] ?? result.script;
    write(join(directory, name), scriptPage(result), scriptSummary(result));
    return { result, href: `${name}/${PAGE}` };
  });
  const summary = links.map(({ result, href }) => {
    const { script, ok, seed, expectations, steps, elapsedMs } = result;
    return { script, ok, seed, expectations, steps: steps.length, elapsedMs, report: href };
  });
  write(directory, scriptsPage(links), { ok: results.every(({ ok }) => ok), scripts: summary });
  return join(directory, PAGE);
};
