/**
 * Replays the text corpus of etcd-io/raft against `src/raft`.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { differenceBesidesLogger, differenceExact } from './compare.js';
import { type Case, parseCases } from './datadriven.js';
import { ConfChangeFile } from './etcd/confchange.js';
import { InteractionFile } from './etcd/interaction.js';
import { runQuorumCase } from './etcd/quorum.js';
import type { Report } from './report.js';

/** One kind of file: every file starts with a fresh environment. */
interface Kind {
  readonly folder: string;
  start(): (test: Case) => string;
  difference(expected: string, actual: string): readonly string[];
}

const KINDS: readonly Kind[] = [
  {
    folder: 'interaction',
    start: () => {
      const file = new InteractionFile();
      return test => file.run(test);
    },
    difference: differenceBesidesLogger,
  },
  { folder: 'quorum', start: () => runQuorumCase, difference: differenceExact },
  {
    folder: 'confchange',
    start: () => {
      const file = new ConfChangeFile();
      return test => file.run(test);
    },
    difference: differenceExact,
  },
];

function runFile(kind: Kind, path: string, report: Report): void {
  let cases: readonly Case[];
  try {
    cases = parseCases(readFileSync(path, 'utf8'));
  } catch (error) {
    report.fail(path, [`not readable as a test file: ${String(error)}`]);
    return;
  }
  const run = kind.start();
  for (const test of cases) {
    const where = `${path}:${test.line}: ${test.directive}`;
    let actual: string;
    try {
      actual = run(test);
    } catch (error) {
      report.fail(where, [`stopped: ${String(error)}`]);
      continue;
    }
    const difference = kind.difference(test.expected, actual);
    if (difference.length === 0) report.pass();
    else report.fail(where, difference);
  }
}

export const etcdRaft = {
  name: 'etcd-raft',
  subfolders: KINDS.map(kind => kind.folder),
  run(folder: string, report: Report): void {
    for (const kind of KINDS) {
      const path = join(folder, kind.folder);
      if (!existsSync(path)) continue;
      const files = readdirSync(path).filter(name => name.endsWith('.txt'));
      for (const file of files.sort()) runFile(kind, join(path, file), report);
    }
  },
};
