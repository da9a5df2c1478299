import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasTmux, TmuxTerminal } from './tmux-terminal.js';

const test = suite('real terminal');
const isPossible = process.platform === 'linux' && hasTmux();
const check = isPossible ? test : test.skip;
if (!isPossible) process.stdout.write('no tmux here: the tests in a real terminal are skipped\n');

const PROGRAM = fileURLToPath(new URL('../../tui/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'raftkv-tui-'));
const config = join(folder, 'config.txt');
const history = join(folder, 'raftkv', 'history');
writeFileSync(
  config,
  'servers: localhost\nnum_of_nodes_in_each_aws: 3\nport_start: 8140\nheartbeat_timeout: 0.05\n' +
    'election_timeout_start: 0.3\nelection_timeout_end: 0.6\nrpc_timeout: 2\n',
);

let terminal: TmuxTerminal;

test.before.each(() => {
  if (!isPossible) return;
  terminal = new TmuxTerminal(80, 24, {
    CI: undefined,
    NO_COLOR: undefined,
    TERM: 'xterm-256color',
    LC_ALL: 'C.UTF-8',
    PS1: '$ ',
    ENV: undefined,
    XDG_STATE_HOME: folder,
  });
});

/** A program left by a test that failed must not keep the ports from the next one. */
test.after.each(() => {
  if (!isPossible) return;
  for (const pid of terminal.children()) process.kill(pid, 'SIGKILL');
  terminal.close();
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

const hasLeader = (screen: string): boolean => /★ n\d/.test(screen) && screen.includes('3/3 up');

/** Starts the program below a line that must be there again afterwards. */
async function start(nodeOptions = ''): Promise<void> {
  terminal.run('clear; echo before-$((40+2))');
  await terminal.waitFor('the shell', screen => screen.includes('before-42'));
  terminal.run(`node ${nodeOptions} ${PROGRAM} ${config}; echo exit=$?`);
  await terminal.waitFor('a leader', hasLeader);
}

/** Escape must stand alone for a moment: with a key right after it, it is Alt. */
async function leavePrompt(): Promise<void> {
  terminal.press('Escape');
  await terminal.waitFor('the panels', screen => screen.includes('x kill'));
}

/** The terminal is as the shell left it: its text, its cursor, its way of reading, and no process behind. */
async function assertRestored(exitCode: number, label = 'exit'): Promise<void> {
  const shown = new RegExp(`^${label}=\\d+$`, 'm');
  const screen = await terminal.waitFor('the exit code', text => shown.test(text));
  assert.match(screen, `${label}=${exitCode}\n`);
  assert.match(screen, 'before-42');
  assert.not.match(screen, '┃');
  assert.is(terminal.fact('alternate_on'), '0', 'normal screen');
  assert.is(terminal.fact('cursor_flag'), '1', 'cursor visible');
  assert.is(terminal.fact('wrap_flag'), '1', 'lines wrap');
  assert.equal(terminal.children(), [], 'processes left');
  terminal.run('echo typed-$((1+1))');
  await terminal.waitFor(
    'an echo of what is typed',
    text => text.includes('$ echo typed-$((1+1))') && text.includes('typed-2'),
  );
}

check('start, keys, commands, resizes, q', async () => {
  await start();
  assert.is(terminal.fact('alternate_on'), '1');
  terminal.type(':put user:1 "ada lovelace"');
  await terminal.waitFor('the hint', screen => screen.includes('Stores a value'));
  terminal.press('Enter');
  await terminal.waitFor('the answer', screen =>
    /put user:1 "ada lovelace" → ✓ OK, index \d+, term \d+/.test(screen),
  );
  terminal.run('get user:1');
  await terminal.waitFor('the value', screen => screen.includes('✓ "ada lovelace"'));
  await leavePrompt();
  terminal.type('K');
  await terminal.waitFor('a new leader', screen => /★ n\d/.test(screen) && screen.includes('2/3 up'));
  for (const [columns, rows] of [
    [100, 30],
    [70, 20],
    [140, 45],
    [40, 10],
    [120, 35],
    [80, 24],
  ] as const) {
    terminal.resize(columns, rows);
  }
  await terminal.waitFor('80x24', screen => {
    const [, edge = ''] = screen.split('\n');
    return edge.length === 80 && edge.startsWith('┏━ Nodes ') && edge.endsWith(' 2 ─┐');
  });
  terminal.resize(50, 12);
  await terminal.waitFor('the message of a small terminal', screen =>
    screen.includes('needs 60x16, is 50x12'),
  );
  terminal.resize(140, 45);
  const wide = await terminal.waitFor('all panels', screen =>
    ['Log', 'Roles over time', 'Load'].every(title => screen.includes(` ${title} `)),
  );
  assert.is(wide.trimEnd().split('\n').length, 45);
  terminal.resize(80, 24);
  terminal.type('q');
  await assertRestored(0);
  assert.match(
    terminal.screen(),
    /raftkv: 3 nodes for \d+s, in memory, seed \d+\n.*term \d+, .*\n.*commands from here, 0 failed/,
  );
});

check('thirty commands pasted at once all run, bracketed or not', async () => {
  await start();
  const lines = (prefix: string): readonly string[] =>
    Array.from({ length: 30 }, (_, index) => `put ${prefix}${index} ${index}`);
  terminal.paste(`${lines('a').join('\n')}\n`, true);
  await terminal.waitFor('the last answer', screen => /put a29 29 .*✓ OK/.test(screen));
  await leavePrompt();
  terminal.type(':');
  terminal.paste(`${lines('b').join('\n')}\n`, false);
  await terminal.waitFor('the last answer', screen => /put b29 29 .*✓ OK/.test(screen));
  terminal.run('scan');
  await terminal.waitFor('all sixty keys', screen => screen.includes('(+59 lines)'));
  terminal.press('Escape');
  await terminal.waitFor('the prompt', screen => screen.includes('enter run'));
  await leavePrompt();
  terminal.press('C-c');
  await assertRestored(0);
  const remembered = readFileSync(history, 'utf8').split('\n');
  for (const line of [...lines('a'), ...lines('b')]) assert.ok(remembered.includes(line), line);
});

check('Ctrl-Z gives the terminal to the shell, fg takes it back', async () => {
  await start();
  terminal.press('C-z');
  const stopped = await terminal.waitFor('the shell', screen => /Stopped|suspended/i.test(screen));
  assert.match(stopped, 'before-42');
  assert.match(stopped, 'exit=148', '128 + SIGTSTP');
  assert.is(terminal.fact('alternate_on'), '0');
  assert.is(terminal.fact('cursor_flag'), '1');
  terminal.run('echo between-$((1+2))');
  await terminal.waitFor('the echo', screen => screen.includes('between-3'));
  terminal.run('fg; echo end=$?');
  await terminal.waitFor('the program', hasLeader);
  terminal.type('?');
  await terminal.waitFor('the help', screen => screen.includes('this help'));
  terminal.press('C-c');
  await assertRestored(0, 'end');
});

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
] as const) {
  check(`${signal} ends the program and restores the terminal`, async () => {
    await start();
    const [pid] = terminal.children();
    assert.type(pid, 'number');
    process.kill(Number(pid), signal);
    await assertRestored(code);
  });
}

check('an error nobody caught restores the terminal and is shown on it', async () => {
  const crash = join(folder, 'crash.mjs');
  writeFileSync(crash, "process.on('SIGUSR2', () => { throw new Error('planted'); });\n");
  await start(`--import ${crash}`);
  const [pid] = terminal.children();
  process.kill(Number(pid), 'SIGUSR2');
  await assertRestored(1);
  assert.match(terminal.screen(), 'raftkv-tui: internal error\nError: planted');
});

check('a storm of resizes under load ends with a whole screen of the last size', async () => {
  await start();
  terminal.run(':load 200');
  await leavePrompt();
  let seed = 7;
  const next = (least: number, most: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return least + (seed % (most - least));
  };
  for (let storm = 0; storm < 60; storm++) terminal.resize(next(20, 200), next(5, 60));
  terminal.resize(140, 45);
  const screen = await terminal.waitFor('140x45', text => {
    const lines = text.trimEnd().split('\n');
    return lines.length === 45 && (lines[1] ?? '').length === 140 && / q quit *$/.test(lines[44] ?? '');
  });
  const sides = screen.split('\n').filter(line => /^[│┃].*[│┃]$/.test(line));
  assert.ok(sides.length > 25, screen);
  assert.equal([...new Set(sides.map(line => line.length))], [140]);
  await terminal.waitFor('a verdict', text => text.includes('ops linearizable'));
  terminal.resize(80, 24);
  terminal.type('q');
  await assertRestored(0);
});

check('the tour is stepped with its keys, and ended with the cluster in order', async () => {
  await start();
  terminal.run(':scene election');
  await terminal.waitFor('the first step', screen => screen.includes('seen; n for the next step'));
  terminal.type('n');
  await terminal.waitFor(
    'the second step',
    screen => screen.includes('step 2 of 4') && screen.includes('✓ seen'),
  );
  terminal.type('p');
  await terminal.waitFor(
    'the beginning',
    screen => screen.includes('step 1 of 4') && screen.includes('✓ seen'),
  );
  terminal.type(' ');
  await terminal.waitFor('the end by itself', screen => screen.includes('✓ another node leads'), 60_000);
  terminal.press('Escape');
  await terminal.waitFor('the panels', screen => !screen.includes('Tour 1/1') && screen.includes('3/3 up'));
  terminal.type('q');
  await assertRestored(0);
});

check('the mouse is reported only while it is on, and a click selects', async () => {
  await start();
  assert.is(terminal.fact('mouse_standard_flag'), '0');
  terminal.type('M');
  await terminal.waitFor('the toast', () => terminal.fact('mouse_standard_flag') === '1');
  terminal.type('\x1b[<0;10;6M');
  await terminal.waitFor('n2 selected', screen => screen.includes('▶n2'));
  terminal.type('q');
  await assertRestored(0);
  assert.is(terminal.fact('mouse_standard_flag'), '0');
});

check('a port in use is one clear line on the normal screen, exit code 1', async () => {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>(resolve => server.listen(8141, '127.0.0.1', resolve));
  terminal.run('clear; echo before-$((40+2))');
  await terminal.waitFor('the shell', screen => screen.includes('before-42'));
  terminal.run(`node ${PROGRAM} ${config}; echo exit=$?`);
  await assertRestored(1);
  assert.match(terminal.screen(), /raftkv-tui: port 8141 is in use/);
  await new Promise(resolve => server.close(resolve));
});

test.run();
