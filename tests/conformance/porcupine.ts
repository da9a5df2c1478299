/**
 * Runs the linearizability checker on recorded histories and compares its verdicts with the known ones.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkLinearizable } from '../../src/harness/check.js';
import type { Operation } from '../../src/harness/history.js';
import { parseJepsenLog, parseKvLog } from './histories.js';

export interface HistoryFailure {
  readonly file: string;
  readonly message: string;
}

export interface HistoryRun {
  readonly passed: number;
  readonly failures: readonly HistoryFailure[];
}

interface Case {
  readonly file: string;
  readonly linearizable: boolean;
  readonly read: () => { readonly text: string; readonly history: Operation[] };
}

/** Sub-folders by which a folder of histories is recognised. */
export const HISTORY_FOLDERS = ['jepsen', 'kv'] as const;

function readWith(parse: (text: string) => Operation[], file: string) {
  const text = readFileSync(file, 'utf8');
  return { text, history: parse(text) };
}

function jepsenCases(folder: string): Case[] {
  const verdictsFile = join(folder, 'verdicts.json');
  if (!existsSync(verdictsFile)) return [];
  const { verdicts } = JSON.parse(readFileSync(verdictsFile, 'utf8')) as {
    verdicts: Record<string, boolean>;
  };
  return Object.entries(verdicts)
    .filter(([name]) => existsSync(join(folder, name)))
    .map(([name, linearizable]) => {
      const file = join(folder, name);
      return { file, linearizable, read: () => readWith(parseJepsenLog, file) };
    });
}

function kvCases(folder: string): Case[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(name => /-(ok|bad)\.txt$/.test(name))
    .sort()
    .map(name => {
      const file = join(folder, name);
      return {
        file,
        linearizable: name.endsWith('-ok.txt'),
        read: () => readWith(parseKvLog, file),
      };
    });
}

function judge(one: Case): HistoryFailure | null {
  const { text, history } = one.read();
  // A file in which nobody calls anything is a history too.
  if (history.length === 0 && text.includes(':invoke')) {
    return { file: one.file, message: 'no operation could be read from it' };
  }
  const { verdict } = checkLinearizable(history, { explain: false });
  const expected = one.linearizable ? 'linearizable' : 'not-linearizable';
  return verdict === expected ? null : { file: one.file, message: `expected ${expected}, found ${verdict}` };
}

export function runHistories(directory: string): HistoryRun {
  const cases = [...jepsenCases(join(directory, 'jepsen')), ...kvCases(join(directory, 'kv'))];
  const failures = cases.map(judge).filter(failure => failure !== null);
  return { passed: cases.length - failures.length, failures };
}
