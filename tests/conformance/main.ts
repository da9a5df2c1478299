/**
 * `npm run conformance [-- DIR …]`: replays recorded cases of other projects.
 *
 * A folder is recognised by its sub-folders (`suites.ts`). Without one, those beside the repository are taken; what is
 * not there is skipped and said to be so. Exit code 1 on a failure, 2 for a folder that no suite knows.
 *
 * @module
 */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CORPORA, findCorpora, subfoldersOf } from './corpora.js';
import { Report } from './report.js';
import { SUITES, suiteFor } from './suites.js';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function runFolder(folder: string, report: Report): Promise<boolean> {
  const suite = suiteFor(subfoldersOf(folder));
  if (suite === undefined) return false;
  const before = { passed: report.passed, failed: report.failed };
  await suite.run(folder, report);
  const passed = report.passed - before.passed;
  print(`${suite.name}: ${passed} passed, ${report.failed - before.failed} failed (${folder})`);
  return true;
}

async function runNamed(folders: readonly string[], report: Report): Promise<number> {
  for (const name of folders) {
    const folder = resolve(name);
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
      process.stderr.write(`Invalid operation\n${name}: no such folder\n`);
      return 2;
    }
    if (!(await runFolder(folder, report))) {
      const known = SUITES.map(suite => suite.subfolders.join('/')).join(' or ');
      process.stderr.write(`Invalid operation\n${name}: expected a folder with ${known} in it\n`);
      return 2;
    }
  }
  return 0;
}

async function runFound(report: Report): Promise<void> {
  const corpora = findCorpora();
  if (corpora.length === 0) {
    report.skip(`no recorded cases: ../${CORPORA} is not beside the repository`);
  }
  for (const folder of corpora) {
    if (!(await runFolder(folder, report))) report.skip(`${folder}: no suite for this layout`);
  }
}

const report = new Report(print);
const folders = process.argv.slice(2);
let code = 0;
if (folders.length > 0) code = await runNamed(folders, report);
else await runFound(report);
print(report.summary());
process.exitCode = code !== 0 ? code : Number(report.failed > 0);
