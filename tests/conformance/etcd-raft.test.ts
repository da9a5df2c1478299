/** The core replays the recorded traces, and the runner says so loudly where it does not. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findCorpora, subfoldersOf } from './corpora.js';
import { etcdRaft } from './etcd-raft.js';
import { Report } from './report.js';

const runner = suite('conformance runner');

const corpora = findCorpora().filter(folder => subfoldersOf(folder).includes('interaction'));
if (corpora.length === 0) {
  process.stdout.write('skipped: traces of etcd-raft (not beside the repository)\n');
  runner.skip('replays every recorded trace');
} else {
  runner('replays every recorded trace', () => {
    const lines: string[] = [];
    const report = new Report(line => lines.push(line));
    for (const folder of corpora) etcdRaft.run(folder, report);
    assert.equal(lines, []);
    assert.is(report.failed, 0);
    assert.ok(report.passed > 0);
  });
}

const GOOD_TRACE = `add-nodes 1 voters=(1) index=3
----
INFO 1 became follower at term 0

campaign 1
----
ok

# What the core logs is not compared.
raft-state
----
1: StateCandidate (Voter) Term:1 Lead:0
`;
const QUORUM =
  'committed cfg=(1,2,3) idx=(7,_,5)\n----\n       idx\nxx>      7    (id=1)\n?        0    (id=2)\nx>       5    (id=3)\n5\n';
const CONF_CHANGE =
  "leave-joint\n----\ncan't leave a non-joint config\n\nsimple\nv1\n----\nvoters=(1)\n1: StateProbe match=0 next=1\n";

function withCorpus(files: Readonly<Record<string, string>>, check: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(...args: readonly string[]) {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    timeout: 15_000,
  });
  return { status, stdout, stderr };
}

runner('a folder that is right passes, case by case', () => {
  const files = {
    'interaction/a.txt': GOOD_TRACE,
    'quorum/b.txt': QUORUM,
    'confchange/c.txt': CONF_CHANGE,
  };
  withCorpus(files, folder => {
    const { status, stdout } = run(folder);
    assert.is(stdout.trimEnd().split('\n').at(-1), '6 passed, 0 failed, 0 skipped');
    assert.is(status, 0);
  });
});

const planted: readonly [kind: string, text: string, right: string, wrong: string, line: number][] = [
  ['interaction', GOOD_TRACE, 'Lead:0', 'Lead:1', 10],
  ['interaction', GOOD_TRACE, 'ok\n', 'not ok\n', 5],
  ['interaction', GOOD_TRACE, 'Term:1 Lead:0\n', 'Term:1 Lead:0\n2: more\n', 10],
  ['quorum', QUORUM, '(id=3)\n5', '(id=3)\n7', 1],
  ['quorum', QUORUM, 'xx>', 'x> ', 1],
  ['confchange', CONF_CHANGE, 'next=1', 'next=2', 5],
];

for (const [kind, text, right, wrong, line] of planted) {
  runner(`a wrong line (${JSON.stringify(wrong)}) in ${kind} fails with file, line and both texts`, () => {
    assert.ok(text.includes(right));
    withCorpus({ [`${kind}/planted.txt`]: text.replace(right, wrong) }, folder => {
      const { status, stdout } = run(folder);
      assert.is(status, 1);
      assert.match(stdout, `FAIL ${join(folder, kind, 'planted.txt')}:${line}: `);
      assert.match(stdout, /expected: .*\n {2}actual: {3}/);
      assert.match(stdout, /\n\d+ passed, 1 failed, 0 skipped\n$/);
    });
  });
}

runner('a file that breaks the format fails', () => {
  withCorpus({ 'interaction/broken.txt': 'campaign 1\n' }, folder => {
    const { status, stdout } = run(folder);
    assert.is(status, 1);
    assert.match(stdout, 'not readable as a test file');
  });
});

runner('a trace that the core cannot follow fails and does not stop the others', () => {
  const files = { 'interaction/a.txt': 'campaign 7\n----\nok\n', 'interaction/b.txt': GOOD_TRACE };
  withCorpus(files, folder => {
    const { status, stdout } = run(folder);
    assert.is(status, 1);
    assert.match(stdout, 'stopped: Error: there is no node 7');
    assert.match(stdout, '3 passed, 1 failed, 0 skipped');
  });
});

for (const name of ['missing', '.']) {
  runner(`a folder that is ${name === '.' ? 'of no known layout' : 'not there'} is bad usage`, () => {
    withCorpus({ 'other/x.txt': '' }, folder => {
      const { status, stderr } = run(join(folder, name));
      assert.is(status, 2);
      assert.match(stderr, /^Invalid operation\n/);
    });
  });
}

runner.run();
