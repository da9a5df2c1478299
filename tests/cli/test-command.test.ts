/** `raftkv test` and `raftkv concurrent-test`, in short: verdict, exit code, files, counters. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runProgram } from '../../src/cli/program.js';
import { testCommand } from '../../src/cli/test.js';
import { raftkv } from '../helpers/serve.js';

const test = suite('raftkv test');

const folder = mkdtempSync(join(tmpdir(), 'raftkv-test-command-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('a dynamic test passes, and leaves report, summary and a history that checks', () => {
  const report = join(folder, 'report');
  const { code, stdout, stderr } = raftkv(
    ...['concurrent-test', 'dynamic', '--seconds', '3', '--clients', '8', '--nodes', '3', '--seed', '6'],
    ...['--faults-every', '500', '--report', report, '--json'],
  );
  assert.is(code, 0, stdout + stderr);
  const summary = JSON.parse(stdout);
  assert.is(summary.ok, true);
  assert.is(summary.verdict, 'linearizable');
  assert.equal(summary.lost, []);
  assert.ok(summary.faults.length > 0, 'faults were applied');
  assert.equal(
    summary.phases.map(({ phase }: { phase: string }) => phase),
    ['put', 'get', 'put-then-get', 'mixed'],
  );
  assert.ok(summary.reads.compared > 0 && summary.reads.wrong === 0);
  assert.equal(JSON.parse(readFileSync(join(report, 'summary.json'), 'utf8')).seed, 6);
  assert.match(readFileSync(join(report, 'report.html'), 'utf8'), /^<!doctype html>/);
  assert.is(raftkv('check', join(report, 'history.jsonl')).code, 0);
});

test('a sequential test prints its counters', () => {
  const { code, stdout, stderr } = raftkv('test', 'static', '--seconds', '1', '--nodes', '1');
  assert.is(code, 0, stdout + stderr);
  assert.match(stdout, /^Counters\n.*phase +writes +acknowledged +reads +answered/m);
  assert.match(stdout, /^Reads compared {2}\d+: \d+ correct, 0 wrong$/m);
  assert.match(stdout, /^PASS$/m);
});

test('what is typed wrong is an invalid operation and starts nothing', async () => {
  const lines = [
    ['test', 'nonsense'],
    ['test', 'static', '--ratio', '2'],
    ['test', 'static', '--workload', 'none'],
    ['test', 'static', '--connect', 'nowhere'],
    ['test', 'static', '--target', 'http://localhost'],
    ['test', 'static', '--connect', 'localhost:1', '--target', 'redis://localhost:1'],
  ];
  const written: string[] = [];
  const { stderr } = process;
  const { write } = stderr;
  stderr.write = ((text: string) => written.push(text) > 0) as typeof write;
  try {
    for (const args of lines) {
      const program = new Command('raftkv').addCommand(testCommand());
      const code = await runProgram(program, [process.execPath, 'raftkv', ...args]);
      assert.is(code, 2, args.join(' '));
      assert.match(written.splice(0).join(''), /^Invalid operation/, args.join(' '));
    }
  } finally {
    stderr.write = write;
  }
});

test('a store that does not answer is one clear line and exit 1', () => {
  const history = join(folder, 'none.jsonl');
  const { code, stderr } = raftkv('test', 'static', '--target', 'redis://127.0.0.1:1', '--history', history);
  assert.is(code, 1);
  assert.match(stderr, /^raftkv: cannot connect to 127\.0\.0\.1:1: connection refused\n$/);
  assert.is(existsSync(history) && readFileSync(history, 'utf8') !== '', false);
});

test.run();
