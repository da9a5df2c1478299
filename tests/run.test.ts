/**
 * The runner of the tests: what it counts, what it runs again, and that nothing keeps it waiting.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly lastLine: string;
}

const summary = (total: number, passed: number, skipped = 0): string =>
  `console.log('  Total:     ${total}\\n  Passed:    ${passed}\\n  Skipped:   ${skipped}');`;

const FAILS = `${summary(3, 2)} process.exitCode = 1;`;

/** Fails the first time only. */
const RECOVERS = `
  import { existsSync, writeFileSync } from 'node:fs';
  const mark = import.meta.dirname + '/ran';
  const again = existsSync(mark);
  writeFileSync(mark, '');
  if (again) { ${summary(2, 2)} } else { ${summary(2, 1)} process.exitCode = 1; }`;

/** Never ends, like the process that it has started. */
const HANGS = `
  import { spawn } from 'node:child_process';
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 10_000)'], { stdio: 'inherit' });
  console.log('started ' + child.pid);
  setInterval(() => {}, 1_000);`;

/** The runner beside test files of these contents. */
async function run(files: Readonly<Record<string, string>>, timeoutMs = 60_000): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), 'runner-'));
  try {
    copyFileSync(join(import.meta.dirname, 'run.js'), join(directory, 'run.js'));
    writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, `${name}.test.js`), text);
    const child = spawn(process.execPath, [join(directory, 'run.js')], {
      env: { ...process.env, TEST_FILE_TIMEOUT_MS: String(timeoutMs) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const code = await new Promise<number | null>(resolve => child.on('close', resolve));
    return { code, output, lastLine: output.trimEnd().split('\n').at(-1) ?? '' };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('a file that always fails fails the run, though it runs twice; one that recovers is named and counts once', async () => {
  const { code, output, lastLine } = await run({
    fails: FAILS,
    passes: summary(4, 4, 1),
    recovers: RECOVERS,
  });
  assert.equal(code, 1);
  assert.equal(lastLine, '8 passed, 1 failed, 1 skipped');
  assert.match(output, /^passed only when run again: recovers.test.js$/m);
  assert.equal(output.match(/^FAIL fails.test.js/gm)?.length, 2);
});

test('more failed files than an accident explains are not run again', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const { code, output, lastLine } = await run(Object.fromEntries(names.map(name => [name, FAILS])));
  assert.equal(code, 1);
  assert.equal(lastLine, '10 passed, 5 failed, 0 skipped');
  assert.doesNotMatch(output, /once more/);
});

test('the summary counts, not what the tests print; a file without a summary has run no test', async () => {
  const talks = `console.log('Total: 9 Passed: 9'); console.log('  Total:  9'); ${summary(3, 2)}`;
  const { code, output, lastLine } = await run({ talks, silent: '' });
  assert.equal(code, 1);
  assert.equal(lastLine, '2 passed, 2 failed, 0 skipped');
  assert.match(output, /^FAIL silent.test.js .*no test was run/m);
});

test('a file that hangs is given up in time, also when what it has started lives on', async () => {
  const startedMs = performance.now();
  const { code, output } = await run({ hangs: HANGS }, 1_000);
  for (const [, pid] of output.matchAll(/^started (\d+)$/gm)) process.kill(Number(pid));
  assert.equal(code, 1);
  assert.match(output, /killed after 1000 ms/);
  assert.ok(performance.now() - startedMs < 8_000, 'it waited for the process that the test has started');
});

test.run();
