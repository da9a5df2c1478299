import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CHAOS_LANGUAGE } from '../../tui/chaos-language.js';
import type { CommandLanguage } from '../../tui/command-language.js';
import { composeRows, plainFrame } from '../../tui/compose.js';
import { drawFrame } from '../../tui/frame.js';
import { paintRows } from '../../tui/paint.js';
import { plainText } from '../../tui/rows.js';
import type { ScriptView } from '../../tui/script-session.js';
import type { Activities, State } from '../../tui/state.js';
import type { StoreView } from '../../tui/store-browser.js';
import { textWidth } from '../../tui/text.js';
import { createTheme, type Theme } from '../../tui/theme.js';
import type { TourView } from '../../tui/tour/tour.js';
import { update } from '../../tui/update.js';
import { eventsOf, messageOf, NOW_MS, SMALL_LANGUAGE, stateWith, statusOf } from './fixtures.js';
import { assertGolden } from './golden.js';

process.env.TZ = 'UTC';

const PLAIN = createTheme('dark', 0, false);
const ASCII = createTheme('mono', 0, true);

const EVENTS = eventsOf(
  ['election', 2, 'campaigns in term 7'],
  ['vote', 1, 'votes for n2 in term 7'],
  ['leader', 2, 'leads in term 7'],
  ['kv', null, 'gateway: put user:42 "ada"'],
  ['fault', 4, 'killed'],
  ['fault', 3, 'lost Heartbeat 3 → 2 (drop)'],
  ['snapshot', 0, 'snapshot at 1000'],
);

/** Half a minute of life: an election, a failure, load that rises. */
function story(nodes: number, columns: number, rows: number): State {
  const last = nodes - 1;
  const statuses = Array.from({ length: 60 }, (_, step) => {
    const leader = step < 20 ? 1 : step < 23 ? null : 2;
    const status = statusOf({
      nodes,
      leader,
      term: step < 21 ? 6 : 7,
      atMs: NOW_MS - (59 - step) * 500,
      down: step > 40 ? [last] : [],
      paused: step > 50 && nodes > 5 ? [last - 1] : [],
      drops: [
        [3, 2, 0.6],
        [0, 3, 1],
        [2, 1, 0.25],
      ],
      raft: {
        3: { lastIndex: 1201, lastTerm: 6, commit: 1200 },
        ...(step === 21 || step === 22 ? { 2: { role: 'candidate', votesGranted: [2, 1] } } : {}),
      },
      events: step === 59 ? EVENTS : [],
    });
    return { ...status, writesPerSecond: 7 * step, latencyMsP99: step % 11 };
  });
  return stateWith(statuses, { columns, rows });
}

function type(state: State, text: string): State {
  return [...text].reduce(
    (next, character) =>
      update(
        next,
        { kind: 'input', event: { kind: 'key', name: character, text: character }, nowMs: NOW_MS },
        SMALL_LANGUAGE,
      ).state,
    state,
  );
}

function press(state: State, ...names: readonly string[]): State {
  return names.reduce(
    (next, name) =>
      update(next, { kind: 'input', event: { kind: 'key', name, text: '' }, nowMs: NOW_MS }, SMALL_LANGUAGE)
        .state,
    state,
  );
}

function shown(state: State, theme: Theme = PLAIN, language: CommandLanguage = SMALL_LANGUAGE): string {
  return `${plainFrame(drawFrame(state, theme, language)).join('\n')}\n`;
}

function during(state: State, changed: Partial<Activities>): State {
  return update(state, { kind: 'activity', changed }, SMALL_LANGUAGE).state;
}

const TOUR: TourView = {
  scene: 5,
  scenes: 6,
  title: 'Old terms are not committed by counting (figure 8)',
  panel: 'log',
  step: 4,
  steps: 6,
  caption:
    'Now n2, n0, n1, a majority, have entry 1284, and n2 knows it. Still it does not count it as committed: a leader ' +
    'counts copies of entries of its own term only. Why?',
  state: 'seen',
  outcome: '',
  auto: false,
};

const STORE: StoreView = {
  prefix: 'user:',
  keys: [
    { key: 'user:41', value: 'grace hopper', bytes: 12 },
    { key: 'user:42', value: 'ada king', bytes: 8 },
    { key: 'user:43:visits', value: '(list)', bytes: null },
  ],
  total: 412,
  node: 2,
  problem: '',
  watch: {
    key: 'user:42',
    replicas: [
      { node: 0, value: 'ada king', problem: '' },
      { node: 1, value: 'ada king', problem: '' },
      { node: 2, value: 'ada king', problem: '' },
      { node: 3, value: 'ada lovelace', problem: '' },
      { node: 4, value: null, problem: 'down' },
    ],
  },
};

const SCRIPT: ScriptView = {
  name: 'split-brain.chaos',
  isPaused: false,
  state: 'running',
  elapsedMs: 4_200,
  steps: (
    [
      [2, 'wait until leader', 0, 'done', 1, 412, 'leader 2, term 7 after 400 ms'],
      [4, 'incr counter', 1, 'done', 3, 3.1, '(integer) 3'],
      [6, 'partition leader', 0, 'running', 0, 0, ''],
      [7, 'expect no leader for 2s', 0, 'waiting', 0, 0, ''],
    ] as const
  ).map(([line, command, depth, state, runs, elapsedMs, answer]) => ({
    line,
    command,
    depth,
    state,
    runs,
    elapsedMs,
    answer,
  })),
};

/** The links panel with messages of the link 2 → 3 watched. */
function watching(state: State): State {
  const messages = [
    messageOf(1, 2, 3, 'Heartbeat', { commit: 1281 }),
    messageOf(2, 3, 2, 'HeartbeatReply'),
    messageOf(3, 2, 3, 'AppendEntries', { prevLogIndex: 1281, prevLogTerm: 7, entries: 3, commit: 1281 }),
    { ...messageOf(4, 3, 2, 'AppendEntriesReply', { index: 1284, reject: false }), fate: 'drop' as const },
    { ...messageOf(9, 2, 3, 'Heartbeat', { commit: 1284 }), settledAtMs: 41, copies: 2 },
  ];
  const link = { from: 2, to: 3 };
  const open: State = { ...press(state, 'tab'), link };
  const view = { link, messages, epochMs: NOW_MS - 50, problem: '' };
  return during(press(open, 'v'), { messages: view });
}

/** The end of the log of a node that is behind, in words. */
function explainedEntry(): State {
  const open = press(story(10, 120, 35), '4', 'down', 'left', 'enter');
  const at = { node: 1, index: 1283 };
  const content = {
    index: 1283,
    term: 7,
    type: 'normal',
    bytes: 80,
    origin: 4,
    timeMs: NOW_MS - 5_000,
    commands: [['set', 'user:42', 'ada lovelace']],
  };
  const knowledge = { kind: 'told', by: 1, content } as const;
  return update(open, { kind: 'entry', at, knowledge }, SMALL_LANGUAGE).state;
}

const GOLDENS: Readonly<Record<string, () => string>> = {
  '80x24-5-nodes': () => shown(story(5, 80, 24)),
  '80x24-10-nodes': () => shown(story(10, 80, 24)),
  '80x24-20-nodes': () => shown(story(20, 80, 24)),
  '80x24-ascii': () => shown(story(10, 80, 24), ASCII),
  '80x40-10-nodes': () => shown(story(10, 80, 40)),
  '120x35-10-nodes': () => shown(story(10, 120, 35)),
  '140x45-5-nodes': () => shown(story(5, 140, 45)),
  '140x45-10-nodes': () => shown(story(10, 140, 45)),
  '140x45-20-nodes': () => shown(story(20, 140, 45)),
  '140x45-ascii': () => shown(story(10, 140, 45), ASCII),
  '80x24-links-focused': () => shown(press(story(10, 80, 24), 'tab', 'down', 'right', 'down')),
  '80x24-links-zoomed-20': () => shown(press(story(20, 80, 24), 'tab', 'z')),
  '80x24-roles-zoomed': () => shown(press(story(10, 80, 24), '5')),
  '100x30-log-zoomed': () => shown(press(story(10, 100, 30), '4')),
  '80x24-prompt': () => shown(type(story(10, 80, 24), ':kill 1')),
  '80x24-question': () => shown(press(stateWith([statusOf({ down: [3, 4] })]), 'x')),
  '80x24-no-quorum': () =>
    shown(stateWith([statusOf(), statusOf({ leader: null, down: [0, 1, 2], atMs: NOW_MS + 4000 })])),
  '80x24-explain': () => shown(press(story(5, 80, 24), 'down', 'down', 'down', 'enter')),
  '120x35-explain-entry': () => shown(explainedEntry()),
  '100x30-messages': () => shown(press(watching(story(10, 100, 30)), 'up', 'up')),
  '80x24-message-explained': () => shown(press(watching(story(5, 80, 24)), 'up', 'enter')),
  '100x40-help': () => shown(press(story(10, 100, 40), '?')),
  '80x24-tour': () => shown(during(story(5, 80, 24), { tour: TOUR })),
  '120x35-tour': () => shown(during(story(10, 120, 35), { tour: TOUR })),
  '80x24-keys': () => shown(press(during(story(5, 80, 24), { store: STORE }), '7', 'down')),
  '140x45-session': () => shown(during(story(5, 140, 45), { script: SCRIPT, store: STORE })),
  '80x24-starting': () => shown(stateWith([])),
  '50x12-too-small': () => shown(story(10, 50, 12)),
};

for (const [name, draw] of Object.entries(GOLDENS)) {
  test(`frame ${name}`, () => assertGolden(`tests/tui/golden/${name}.txt`, draw()));
}

test('every row of a frame is exactly as wide as the screen, at any size and number of nodes', () => {
  for (const nodes of [1, 5, 10, 20]) {
    for (const columns of [60, 79, 80, 120, 139, 140, 200]) {
      for (const rows of [16, 24, 35, 45, 60]) {
        const state = stateWith([statusOf({ nodes, leader: 0 })], { columns, rows });
        const lines = composeRows(drawFrame(state, PLAIN, SMALL_LANGUAGE)).map(plainText);
        const where = `${nodes} nodes at ${columns}x${rows}`;
        assert.is(lines.length, rows, `rows, ${where}`);
        for (const line of lines) assert.is(textWidth(line), columns, `${where}: ${line}`);
      }
    }
  }
});

test('every panel fits the screen when zoomed', () => {
  for (const digit of ['1', '2', '3', '4', '5', '6', '7', '8']) {
    for (const [columns, rows] of [
      [60, 16],
      [80, 24],
      [200, 60],
    ] as const) {
      const state = press(stateWith([statusOf({ nodes: 20 })], { columns, rows }), digit, 'z');
      const lines = composeRows(drawFrame(state, PLAIN, SMALL_LANGUAGE)).map(plainText);
      assert.equal([...new Set(lines.map(textWidth))], [columns]);
      assert.is(lines.length, rows);
    }
  }
});

test('an ASCII frame has no other characters', () => {
  const frames = [shown(story(10, 140, 45), ASCII), shown(press(story(10, 80, 24), 'tab', 's', 'X'), ASCII)];
  frames.push(
    shown(press(story(10, 100, 40), '?'), ASCII, CHAOS_LANGUAGE),
    shown(press(story(5, 80, 24), 'enter'), ASCII),
  );
  for (const frame of frames) assert.is(frame.match(/.*[^\n -~].*/u)?.[0], undefined);
});

test('without colour no colour code is written, with colour each level has its own', () => {
  const frame = composeRows(drawFrame(story(10, 140, 45), PLAIN, SMALL_LANGUAGE));
  const codes = (level: 0 | 1 | 2 | 3): string =>
    paintRows(frame, createTheme('dark', level, false)).join('\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is looked for
  assert.not.match(codes(0), /\x1b\[(3|4|9)\d/);
  assert.match(codes(1), '\x1b[92m');
  assert.not.match(codes(1), '[38;');
  assert.match(codes(2), '[38;5;');
  assert.match(codes(3), '[38;2;');
});

test('colour changes no character: what is shown does not rest on it', () => {
  const state = story(10, 140, 45);
  const plain = composeRows(drawFrame(state, PLAIN, SMALL_LANGUAGE)).map(plainText);
  const coloured = composeRows(drawFrame(state, createTheme('dark', 3, false), SMALL_LANGUAGE)).map(
    plainText,
  );
  assert.equal(coloured, plain);
});

test('bytes stored by clients cannot reach the terminal', () => {
  const events = eventsOf(['kv', null, 'put k "\x1b[2J\x1b]0;title\x07\u202e‮"']);
  const state = stateWith([statusOf({ events })]);
  const text = shown(state);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  assert.not.match(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  assert.match(text, '\\x1b[2J');
});

test.run();
