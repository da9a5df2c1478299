/**
 * One measurement of the storage in a process of its own, so that its memory and its processor time can be told:
 * `measure.js fill|recover|snapshot|catch-up DIRECTORY [COUNT]`. Prints one line of JSON.
 *
 * @module
 */
import { measureCatchUp } from './catch-up.js';
import { fillLog } from './directory.js';
import { makeSnapshot } from './make-snapshot.js';
import { recover } from './recover.js';

/** The log writes over a tenth as many keys as it has entries. */
const ENTRIES_PER_KEY = 10;
const CATCH_UP = {
  drop: 0.2,
  stateBytes: 16 * 1024 * 1024,
  valueBytes: 16 * 1024,
  connections: 16,
  beforeMs: 1_500,
} as const;

const MEASUREMENTS: Readonly<Record<string, (directory: string, count: number) => unknown>> = {
  fill: (directory, count) => {
    fillLog(directory, count, count / ENTRIES_PER_KEY);
    return { entries: count };
  },
  recover: directory => recover(directory),
  snapshot: (directory, count) => makeSnapshot(directory, count),
  'catch-up': directory => measureCatchUp({ ...CATCH_UP, directory }),
};

const [name = '', directory = '', count = '0'] = process.argv.slice(2);
const measurement = MEASUREMENTS[name];
if (measurement === undefined) throw new Error(`unknown measurement ${name}`);
process.stdout.write(`${JSON.stringify(await measurement(directory, Number(count)))}\n`);
