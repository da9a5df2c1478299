import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CastFile } from '../../tui/cast-file.js';
import { plainFrame } from '../../tui/compose.js';
import { drawFrame } from '../../tui/frame.js';
import type { MouseEvent } from '../../tui/input.js';
import type { State } from '../../tui/state.js';
import type { Step } from '../../tui/step.js';
import { createTheme } from '../../tui/theme.js';
import { update } from '../../tui/update.js';
import { NOW_MS, SMALL_LANGUAGE, stateWith, statusOf } from './fixtures.js';

const test = suite('mouse, undo and recording');
const THEME = createTheme('mono', 0, false);

function press(state: State, ...names: readonly string[]): Step {
  return names.reduce<Step>(
    (step, name) => {
      const event = { kind: 'key', name, text: name.length === 1 ? name : '' } as const;
      return update(step.state, { kind: 'input', event, nowMs: NOW_MS }, SMALL_LANGUAGE);
    },
    { state, effects: [] },
  );
}

function mouse(state: State, button: MouseEvent['button'], column: number, row: number): State {
  const event = { kind: 'mouse', button, column, row } as const;
  return update(state, { kind: 'input', event, nowMs: NOW_MS }, SMALL_LANGUAGE).state;
}

function run(state: State, line: string): Step {
  const typed = update(
    { ...state, mode: { kind: 'prompt' } },
    { kind: 'input', event: { kind: 'paste', text: line }, nowMs: NOW_MS },
    SMALL_LANGUAGE,
  ).state;
  return press(typed, 'enter');
}

const lines = (step: Step): readonly string[] =>
  step.effects.flatMap(effect => (effect.kind === 'execute' ? [effect.line] : []));

test('a click selects the node or link under it, at every size', () => {
  for (const [columns, rows] of [
    [80, 24],
    [120, 35],
    [140, 45],
  ] as const) {
    const state = stateWith([statusOf({ nodes: 5 })], { columns, rows });
    const screen = plainFrame(drawFrame(state, THEME, SMALL_LANGUAGE));
    const nodeRow = screen.findIndex(line => /n3 +● follower/.test(line));
    const clicked = mouse(state, 'left', 10, nodeRow);
    assert.is(clicked.focus, 'nodes');
    assert.is(clicked.node, 3, `${columns}x${rows}`);
    const head = screen.findIndex(line => line.includes('↘'));
    const column = (screen[head] ?? '').lastIndexOf('2', (screen[head] ?? '').lastIndexOf('3'));
    const link = mouse(state, 'left', column, head + 2);
    assert.is(link.focus, 'links');
    assert.equal(link.link, { from: 1, to: 2 }, `${columns}x${rows}`);
  }
});

test('the wheel scrolls what is under it, and a click beside everything does nothing', () => {
  const state = stateWith([statusOf({ nodes: 5 })], { columns: 80, rows: 24 });
  assert.is(mouse(state, 'wheel-down', 5, 5).node, 3);
  assert.is(mouse(mouse(state, 'wheel-down', 5, 5), 'wheel-up', 5, 5).node, 0);
  for (const [column, row] of [
    [0, 0],
    [79, 23],
    [500, 500],
  ] as const) {
    assert.is(mouse(state, 'left', column, row).focus, 'nodes');
  }
  const help = press(state, '?').state;
  assert.is(mouse(help, 'wheel-down', 5, 5).mode.kind, 'help');
  assert.is(mouse(press(state, ':').state, 'left', 70, 5).mode.kind, 'prompt', 'the prompt keeps the keys');
});

test('the mouse is off at first, and M says what it costs', () => {
  const on = press(stateWith([statusOf()]), 'M');
  assert.equal(on.effects, [{ kind: 'mouse', on: true }]);
  assert.match(on.state.toast?.text ?? '', 'shift');
  assert.equal(press(on.state, 'M').effects, [{ kind: 'mouse', on: false }]);
});

test('typed changes of the matrix are undone as a whole, one after the other', () => {
  const start = stateWith([statusOf({ nodes: 3, leader: 0, drops: [[0, 1, 0.25]] })]);
  const first = run(start, 'partition 0 | 1,2');
  assert.equal(lines(first), ['partition 0 | 1,2']);
  const cut = statusOf({
    nodes: 3,
    leader: 0,
    drops: [
      [0, 1, 1],
      [0, 2, 1],
      [1, 0, 1],
      [2, 0, 1],
    ],
  });
  const after = update(first.state, { kind: 'status', status: cut }, SMALL_LANGUAGE).state;
  const second = run(after, 'edit 1 2 0.5').state;
  const panels: State = { ...second, mode: { kind: 'panels' }, focus: 'links' };
  const undone = press(panels, 'u');
  assert.equal(lines(undone), ['matrix 0 1 1; 1 0 0; 1 0 0']);
  assert.equal(lines(press(undone.state, 'u')), ['matrix 0 0.25 0; 0 0 0; 0 0 0']);
  assert.equal(lines(press(press(undone.state, 'u').state, 'u')), [], 'nothing more to undo');
});

test('what does not change the matrix leaves nothing to undo; a key that isolates does', () => {
  const start = stateWith([statusOf({ nodes: 5 })]);
  for (const line of ['put edit 1', 'get', 'matrix', 'kill 1', 'delay 0 1 5']) {
    assert.is(run(start, line).state.undo.length, 0, line);
  }
  assert.is(press(start, 'i').state.undo.length, 1);
  const confirmed = press(stateWith([statusOf({ nodes: 5, down: [3, 4] })]), 'i');
  assert.is(confirmed.state.undo.length, 0, 'asked first');
  assert.is(press(confirmed.state, 'y').state.undo.length, 1);
});

test('a recording is asciicast 2: what was written, when, and each new size', () => {
  const folder = mkdtempSync(join(tmpdir(), 'raftkv-cast-'));
  try {
    const path = join(folder, 'a.cast');
    let nowMs = 5_000;
    const cast = new CastFile(path, { columns: 80, rows: 24 }, () => nowMs);
    nowMs += 1_234;
    cast.output('\x1b[2J★ "n2"\r\n');
    nowMs += 1_000;
    cast.resized({ columns: 100, rows: 30 });
    cast.close();
    cast.output('late');
    const [header, ...events] = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    assert.is(header.version, 2);
    assert.equal([header.width, header.height], [80, 24]);
    assert.equal(events, [
      [1.234, 'o', '\x1b[2J★ "n2"\r\n'],
      [2.234, 'r', '100x30'],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
