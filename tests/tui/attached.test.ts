/**
 * The real program, attached over TLS and with a password to a cluster that breaks a rule: leaders answer reads without asking
 * a majority. The live check must find it, and what it then shows must be the proof.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, startCluster } from '../../src/index.js';
import { Authority } from '../helpers/certificates.js';
import { hasProgram } from '../helpers/serve.js';
import { explainedEntry } from './explained-entry.js';
import { hasTmux, TmuxTerminal } from './tmux-terminal.js';

const test = suite('attached to a cluster elsewhere');
const isPossible = process.platform === 'linux' && hasTmux() && hasProgram('openssl');
const check = isPossible ? test : test.skip;
if (!isPossible) process.stdout.write('no tmux or no openssl here: skipped\n');

const PROGRAM = fileURLToPath(new URL('../../tui/main.js', import.meta.url));
const PASSWORD = 'a long enough secret';
const folder = mkdtempSync(join(tmpdir(), 'raftkv-attached-'));

let authority: Authority;
let cluster: Cluster;
let terminal: TmuxTerminal;

test.before(async () => {
  if (!isPossible) return;
  authority = new Authority();
  const { certFile, keyFile } = authority.issue('node', ['IP:127.0.0.1', 'DNS:localhost']);
  const passwordSha256 = createHash('sha256').update(PASSWORD).digest('hex');
  cluster = await startCluster({
    nodes: 3,
    config: {
      tlsCertFile: certFile,
      tlsKeyFile: keyFile,
      electionTimeoutMinMs: 500,
      electionTimeoutMaxMs: 1_000,
    },
    users: [{ name: 'default', role: 'admin', passwordSha256 }],
    testMutations: ['read-without-quorum'],
  });
  terminal = new TmuxTerminal(120, 35, {
    CI: undefined,
    TERM: 'xterm-256color',
    LC_ALL: 'C.UTF-8',
    PS1: '$ ',
    XDG_STATE_HOME: folder,
    RAFTKV_PASSWORD: PASSWORD,
    RAFTKV_TLS_CA: authority.caFile,
  });
});

test.after(async () => {
  rmSync(folder, { recursive: true, force: true });
  if (!isPossible) return;
  for (const pid of terminal.children()) process.kill(pid, 'SIGKILL');
  terminal.close();
  authority.remove();
  await cluster.stop();
});

/** Escape must stand alone for a moment: with a key right after it, it is Alt. */
async function leave(): Promise<void> {
  await terminal.waitFor('what is to be left', screen => /esc (leave|close)/.test(screen));
  terminal.press('Escape');
  await terminal.waitFor('the panels', screen => screen.includes('? help'));
}

check('without the password it says so on one line and ends with exit code 1', async () => {
  const { nodes } = await cluster.status();
  terminal.run(`RAFTKV_PASSWORD= node ${PROGRAM} --connect 127.0.0.1:${nodes[0]?.port}; echo exit=$?`);
  const screen = await terminal.waitFor('the end', text => /^exit=\d+$/m.test(text));
  assert.match(screen, 'exit=1\n');
  assert.match(screen, /raftkv-tui: .*(authenticat|password|NOAUTH)/i);
});

check('it shows and controls the cluster: entries are explained, messages listed', async () => {
  const { nodes } = await cluster.status();
  terminal.run(`clear; node ${PROGRAM} --connect 127.0.0.1:${nodes[1]?.port}; echo exit=$?`);
  await terminal.waitFor('a leader', screen => /★ n\d/.test(screen) && screen.includes('3/3 up'));
  terminal.run(':put far away');
  await terminal.waitFor('the answer', screen => /put far away → ✓ OK/.test(screen));
  await leave();
  terminal.type('4');
  await terminal.waitFor('the cursor', screen => screen.includes('▼'));
  await explainedEntry(terminal, 'SET far away');
  await leave();
  // Followers hardly talk to each other.
  const { leader } = await cluster.status();
  const follower = (Number(leader) + 1) % 3;
  terminal.run(`:messages ${leader} ${follower}`);
  const title = `Messages ${leader}→${follower}`;
  await terminal.waitFor('messages', screen => screen.includes(title) && screen.includes('delivered'));
  terminal.press('1');
});

check('a violation freezes the view, ends the load and shows the proof', async () => {
  terminal.run(':load 200');
  await terminal.waitFor('a verdict', screen => screen.includes('ops linearizable'), 60_000);
  const { leader } = await cluster.status();
  // Its clock nearly stands, so that it does not notice that it was cut off and answers what is old.
  terminal.run(`clock ${leader} 0 0.02`);
  terminal.run(`isolate ${leader}`);
  const screen = await terminal.waitFor('the violation', text => text.includes('Not linearizable'), 60_000);
  assert.match(screen, /Not linearizable: seen after \d+ operations; the view is frozen/);
  assert.match(screen, ' NOT LINEARIZABLE ');
  assert.match(screen, /FROZEN$/m, screen);
  assert.match(screen, /key ~live:\S+/);
  assert.match(screen, /client \d+ called (get|put)/);
  terminal.press('Escape');
  await terminal.waitFor(
    'the panels',
    text => text.includes('? help') && text.includes(' NOT LINEARIZABLE '),
  );
  terminal.type('q');
  const ended = await terminal.waitFor('the shell', text => /^exit=\d+$/m.test(text));
  assert.match(ended, 'exit=0\n');
  assert.equal(terminal.children(), []);
});

test.run();
