import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explainedEntry } from './explained-entry.js';
import { hasTmux, TmuxTerminal } from './tmux-terminal.js';

const test = suite('real terminal');
const isPossible = process.platform === 'linux' && hasTmux();
const check = isPossible ? test : test.skip;
if (!isPossible) process.stdout.write('no tmux here: the tests in a real terminal are skipped\n');

const PROGRAM = fileURLToPath(new URL('../../tui/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'raftkv-tui-'));
const history = join(folder, 'raftkv', 'history');
const PORT = 8140;

function configFile(nodes: number, portStart: number): string {
  const path = join(folder, `config-${portStart}.txt`);
  writeFileSync(
    path,
    `servers: localhost\nnum_of_nodes_in_each_aws: ${nodes}\nport_start: ${portStart}\nheartbeat_timeout: 0.05\n` +
      'election_timeout_start: 0.3\nelection_timeout_end: 0.6\nrpc_timeout: 2\n',
  );
  return path;
}

function openTerminal(): TmuxTerminal {
  return new TmuxTerminal(80, 24, {
    CI: undefined,
    NO_COLOR: undefined,
    TERM: 'xterm-256color',
    LC_ALL: 'C.UTF-8',
    PS1: '$ ',
    ENV: undefined,
    XDG_STATE_HOME: folder,
  });
}

const hasLeader = (screen: string): boolean => /★ n\d/.test(screen) && /(\d)\/\1 up/.test(screen);

/** Runs the program below a line that must be there again afterwards. */
async function launch(terminal: TmuxTerminal, config: string, nodeOptions = ''): Promise<void> {
  terminal.run('clear; echo before-$((40+2))');
  await terminal.waitFor('the shell', screen => screen.includes('before-42'));
  terminal.run(`node ${nodeOptions} ${PROGRAM} ${config}; echo exit=$?`);
}

/** The terminal is as the shell left it: its text, its cursor, its way of reading, and no process behind. */
async function assertRestored(terminal: TmuxTerminal, exitCode: number, label = 'exit'): Promise<void> {
  const shown = new RegExp(`^${label}=\\d+$`, 'm');
  const screen = await terminal.waitFor('the exit code', text => shown.test(text));
  assert.match(screen, `${label}=${exitCode}\n`);
  assert.match(screen, 'before-42');
  assert.not.match(screen, '┃');
  assert.is(terminal.fact('alternate_on'), '0', 'normal screen');
  assert.is(terminal.fact('cursor_flag'), '1', 'cursor visible');
  assert.is(terminal.fact('wrap_flag'), '1', 'lines wrap');
  assert.is(terminal.fact('mouse_standard_flag'), '0', 'no mouse reports');
  assert.equal(terminal.children(), [], 'processes left');
  terminal.run('echo typed-$((1+1))');
  await terminal.waitFor(
    'an echo of what is typed',
    text => text.includes('$ echo typed-$((1+1))') && text.includes('typed-2'),
  );
}

/** A program left by a test that failed must not keep its ports. */
function discard(terminal: TmuxTerminal): void {
  for (const pid of terminal.children()) process.kill(pid, 'SIGKILL');
  terminal.close();
}

test.after(() => rmSync(folder, { recursive: true, force: true }));

/** One run of the program serves the tests of `step`; what follows a step that failed would only fail late. */
let shared: TmuxTerminal | null = null;
let failedStep = '';

function step(name: string, act: (terminal: TmuxTerminal) => Promise<void>): void {
  check(name, async () => {
    assert.is(failedStep, '', 'a step before has failed');
    failedStep = name;
    shared ??= openTerminal();
    await act(shared);
    failedStep = '';
  });
}

/**
 * Leaves the command line or a window. What was typed must have been taken, so that the keys seen afterwards are those after
 * Escape: it must stand alone for a moment, since with a key right after it, it is Alt.
 */
async function leavePrompt(terminal: TmuxTerminal): Promise<void> {
  await terminal.waitFor('what is to be left', screen => /esc (leave|close)/.test(screen));
  terminal.press('Escape');
  await terminal.waitFor('the panels', screen => screen.includes('? help'));
}

step('start, keys, commands with hints and answers', async terminal => {
  await launch(terminal, configFile(3, PORT));
  await terminal.waitFor('a leader', hasLeader);
  assert.is(terminal.fact('alternate_on'), '1');
  terminal.type(':put user:1 "ada lovelace"');
  await terminal.waitFor('the hint', screen => screen.includes('Stores a value'));
  terminal.press('Enter');
  await terminal.waitFor('the answer', screen =>
    /put user:1 "ada lovelace" → ✓ OK, index \d+, term \d+/.test(screen),
  );
  terminal.run('get user:1');
  await terminal.waitFor('the value', screen => screen.includes('✓ "ada lovelace"'));
  await leavePrompt(terminal);
});

step('an entry of the log and a message of a link are explained', async terminal => {
  terminal.type('4');
  await terminal.waitFor('the cursor', screen => screen.includes('▼'));
  const entry = await explainedEntry(terminal, 'SET user:1');
  assert.match(entry, /Entry \d+ of term \d+, in the log of n0/);
  assert.match(entry, 'It is committed: a majority, 2 of 3');
  await leavePrompt(terminal);
  terminal.type('2v');
  await terminal.waitFor('messages', screen => /Messages 0→1 and 1→0/.test(screen));
  terminal.run(':messages 0 2');
  await terminal.waitFor('other messages', screen => /Messages 0→2 and 2→0/.test(screen));
  terminal.type('1');
  await terminal.waitFor('the nodes', screen => screen.includes('▶n0'));
});

step('thirty commands pasted at once all run, bracketed or not', async terminal => {
  const lines = (prefix: string): readonly string[] =>
    Array.from({ length: 30 }, (_, index) => `put ${prefix}${index} ${index}`);
  terminal.paste(`${lines('a').join('\n')}\n`, true);
  await terminal.waitFor('the last answer', screen => /put a29 29 .*✓ OK/.test(screen));
  await leavePrompt(terminal);
  terminal.type(':');
  terminal.paste(`${lines('b').join('\n')}\n`, false);
  await terminal.waitFor('the last answer', screen => /put b29 29 .*✓ OK/.test(screen));
  terminal.run('scan');
  await terminal.waitFor('all sixty keys and the one before', screen => screen.includes('(+60 lines)'));
  terminal.press('Escape');
  await terminal.waitFor('the prompt', screen => screen.includes('enter run'));
  await leavePrompt(terminal);
  const remembered = readFileSync(history, 'utf8').split('\n');
  for (const line of [...lines('a'), ...lines('b')]) assert.ok(remembered.includes(line), line);
});

step('Ctrl-Z gives the terminal to the shell, fg takes it back', async terminal => {
  terminal.press('C-z');
  const stopped = await terminal.waitFor('the shell', screen => /Stopped|suspended/i.test(screen));
  assert.match(stopped, 'before-42');
  assert.match(stopped, 'exit=148', '128 + SIGTSTP');
  assert.is(terminal.fact('alternate_on'), '0');
  assert.is(terminal.fact('cursor_flag'), '1');
  terminal.run('clear; echo before-$((40+2)); fg; echo end=$?');
  await terminal.waitFor('the program', hasLeader);
  terminal.type('?');
  await terminal.waitFor('the help', screen => screen.includes('this help'));
  await leavePrompt(terminal);
});

step('resizes: every size is drawn whole, and below the smallest it says so', async terminal => {
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
  const wide = await terminal.waitFor(
    'all panels',
    screen =>
      ['Log', 'Roles over time', 'Load'].every(title => screen.includes(` ${title} `)) &&
      screen.trimEnd().split('\n').length === 45,
  );
  assert.match(wide, /q quit\s*$/);
  terminal.resize(80, 24);
});

step('the mouse is reported only while it is on, and a click selects', async terminal => {
  assert.is(terminal.fact('mouse_standard_flag'), '0');
  terminal.type('M');
  await terminal.waitFor('the mouse', () => terminal.fact('mouse_standard_flag') === '1');
  terminal.type('\x1b[<0;10;6M');
  await terminal.waitFor('n2 selected', screen => screen.includes('▶n2'));
});

step('a scene of the tour is stepped with its keys, and ended with the cluster in order', async terminal => {
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
  terminal.press('Escape');
  await terminal.waitFor('the panels', screen => !screen.includes('Tour 1/1') && screen.includes('3/3 up'));
});

step('a storm of resizes under load ends with a whole screen of the last size', async terminal => {
  terminal.run(':load 200');
  await leavePrompt(terminal);
  terminal.type('K');
  await terminal.waitFor('a new leader', screen => /★ n\d/.test(screen) && screen.includes('2/3 up'));
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
  await terminal.waitFor('a verdict', text => text.includes('ops linearizable'), 60_000);
  terminal.resize(80, 24);
});

step('q ends it with a summary on the screen of before', async terminal => {
  terminal.type('q');
  await assertRestored(terminal, 0, 'end');
  assert.match(
    terminal.screen(),
    /raftkv: 3 nodes for \d+s, in memory, seed \d+\n.*term \d+, .*\n.*commands from here, \d+ failed/,
  );
});

test.after(() => {
  if (shared !== null) discard(shared);
});

interface Ending {
  readonly name: string;
  readonly nodeOptions?: string;
  /** Ends the running program. */
  readonly end: (terminal: TmuxTerminal) => void;
  readonly exitCode: number;
  readonly screen?: string;
}

function signal(name: 'SIGTERM' | 'SIGHUP' | 'SIGINT' | 'SIGUSR2') {
  return (terminal: TmuxTerminal): void => {
    const [pid] = terminal.children();
    assert.type(pid, 'number');
    process.kill(Number(pid), name);
  };
}

const crash = join(folder, 'crash.mjs');

const ENDINGS: readonly Ending[] = [
  { name: 'Ctrl-C', end: terminal => terminal.press('C-c'), exitCode: 0 },
  { name: 'SIGTERM', end: signal('SIGTERM'), exitCode: 143 },
  { name: 'SIGHUP', end: signal('SIGHUP'), exitCode: 129 },
  { name: 'SIGINT', end: signal('SIGINT'), exitCode: 130 },
  {
    name: 'an error nobody caught',
    nodeOptions: `--import ${crash}`,
    end: signal('SIGUSR2'),
    exitCode: 1,
    screen: 'raftkv-tui: internal error\nError: planted',
  },
];

/** Each in a terminal of its own, all at once. */
check('whatever ends it, the terminal is as it was', async () => {
  writeFileSync(crash, "process.on('SIGUSR2', () => { throw new Error('planted'); });\n");
  const terminals = ENDINGS.map(openTerminal);
  try {
    const runs = ENDINGS.map(async ({ name, nodeOptions, end, exitCode, screen }, at) => {
      const terminal = terminals[at];
      assert.ok(terminal !== undefined);
      await launch(terminal, configFile(1, PORT + 30 + at), nodeOptions);
      await terminal.waitFor(`a leader, before ${name}`, hasLeader);
      end(terminal);
      await assertRestored(terminal, exitCode);
      if (screen !== undefined) assert.match(terminal.screen(), screen);
    });
    await Promise.all(runs);
  } finally {
    for (const terminal of terminals) discard(terminal);
  }
});

check('a port in use is one clear line on the normal screen, exit code 1', async () => {
  const port = PORT + 5;
  const server = createServer();
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  const terminal = openTerminal();
  try {
    await launch(terminal, configFile(1, port));
    await assertRestored(terminal, 1);
    assert.match(terminal.screen(), `raftkv-tui: port ${port} is in use`);
  } finally {
    discard(terminal);
    await new Promise(resolve => server.close(resolve));
  }
});

test.run();
