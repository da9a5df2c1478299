/**
 * The suites of recorded cases, and which folder belongs to which.
 *
 * To add one: give it a `Suite` in a file of its own and list it in `SUITES`.
 *
 * @module
 */
import { etcdRaft } from './etcd-raft.js';
import { HISTORY_FOLDERS, runHistories } from './porcupine.js';
import type { Report } from './report.js';

export interface Suite {
  readonly name: string;
  /** Sub-folders that mark a folder as this suite's; any one of them is enough. */
  readonly subfolders: readonly string[];
  /** Runs everything under `folder`. */
  run(folder: string, report: Report): void | Promise<void>;
}

const histories: Suite = {
  name: 'recorded histories',
  subfolders: HISTORY_FOLDERS,
  run(folder, report) {
    const { passed, failures } = runHistories(folder);
    for (let count = 0; count < passed; count += 1) report.pass();
    for (const { file, message } of failures) report.fail(file, [message]);
  },
};

export const SUITES: readonly Suite[] = [etcdRaft, histories];

export function suiteFor(subfolders: readonly string[]): Suite | undefined {
  return SUITES.find(suite => suite.subfolders.some(name => subfolders.includes(name)));
}
