import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { composeRows } from '../../tui/compose.js';
import { drawFrame } from '../../tui/frame.js';
import { paintRows } from '../../tui/paint.js';
import { Screen, type TerminalOutput } from '../../tui/screen.js';
import { Store } from '../../tui/store.js';
import { createTheme } from '../../tui/theme.js';
import { update } from '../../tui/update.js';
import { NOW_MS, SMALL_LANGUAGE, stateWith, statusOf } from './fixtures.js';

const test = suite('screen');

class FakeOutput extends EventEmitter implements TerminalOutput {
  columns = 80;
  rows = 24;
  writableNeedDrain = false;
  written: string[] = [];

  write(text: string): boolean {
    this.written.push(text);
    return true;
  }

  take(): string {
    return this.written.splice(0).join('');
  }
}

function open(): { output: FakeOutput; screen: Screen; left: string[] } {
  const output = new FakeOutput();
  const left: string[] = [];
  const screen = new Screen({ output, writeNow: text => left.push(text) });
  screen.open();
  output.take();
  return { output, screen, left };
}

test('only cells that changed are sent, within one synchronized update', () => {
  const { output, screen } = open();
  screen.present(['one', 'two', 'three']);
  output.take();
  screen.present(['one', 'TWO', 'three']);
  assert.is(output.take(), '\x1b[?2026h\x1b[2;1HTWO\x1b[?2026l');
  screen.present(['one', 'TWO', 'three']);
  assert.is(output.take(), '');
});

test('a shorter frame clears what is below, a longer one than the terminal is cut', () => {
  const { output, screen } = open();
  screen.present(['one', 'two', 'three']);
  output.take();
  screen.present(['one']);
  assert.is(output.take(), '\x1b[?2026h\x1b[2;1H\x1b[J\x1b[?2026l');
  output.rows = 2;
  screen.repaint();
  output.take();
  screen.present(['a', 'b', 'c']);
  assert.not.match(output.take(), 'c');
});

test('after a resize nothing of a frame for the old size is shown or counted on', () => {
  const { output, screen } = open();
  screen.present(['a'.repeat(80)]);
  output.take();
  output.columns = 40;
  screen.resized();
  assert.is(output.take(), '\x1b[2J');
  screen.present(['b'.repeat(40)]);
  assert.is(output.take(), `\x1b[?2026h\x1b[1;1H\x1b[K${'b'.repeat(40)}\x1b[0m\x1b[?2026l`);
});

test('a slow terminal gets the newest frame, not all of them', () => {
  const { output, screen } = open();
  output.writableNeedDrain = true;
  screen.present(['one']);
  screen.present(['two']);
  screen.present(['three']);
  assert.is(output.take(), '');
  output.writableNeedDrain = false;
  output.emit('drain');
  assert.match(output.take(), 'three');
});

test('closing gives back the screen, the cursor, line wrap and paste, once', () => {
  const { screen, left } = open();
  screen.close();
  screen.close();
  assert.is(left.length, 1);
  for (const code of ['\x1b[?1049l', '\x1b[?25h', '\x1b[?7h', '\x1b[?2004l', '\x1b[0m'])
    assert.match(left[0] ?? '', code);
});

test('nothing is drawn on a screen that was given back', () => {
  const { output, screen } = open();
  screen.close();
  screen.present(['one']);
  screen.repaint();
  assert.is(output.take(), '');
});

test('Ink shows what is composed without it, at every size, overlay or not', async () => {
  process.env.NODE_ENV = 'production';
  const { mount } = await import('../../tui/mount.js');
  const theme = createTheme('dark', 3, false);
  for (const [columns, rows] of [
    [80, 24],
    [140, 45],
    [50, 12],
  ] as const) {
    const output = new FakeOutput();
    Object.assign(output, { columns, rows });
    const screen = new Screen({ output, writeNow: () => {} });
    const frames: (readonly string[])[] = [];
    screen.present = lines => {
      frames.push(lines);
    };
    const state = stateWith([statusOf({ nodes: 10, down: [9], drops: [[1, 2, 0.5]] })], { columns, rows });
    const store = new Store(state);
    const unmount = mount({ store, theme, language: SMALL_LANGUAGE, screen });
    const plain = (line: string): string =>
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are taken out
      line.replace(/\x1b\[[0-9;]*m/g, '').trimEnd();
    const expected = paintRows(composeRows(drawFrame(state, theme, SMALL_LANGUAGE)), theme).map(plain);
    while (expected.length < rows) expected.push('');
    assert.equal(frames.at(-1)?.map(plain), expected, `${columns}x${rows}`);
    const event = { kind: 'key', name: '?', text: '?' } as const;
    store.set(update(state, { kind: 'input', event, nowMs: NOW_MS }, SMALL_LANGUAGE).state, 'input');
    await delay(60);
    if (columns >= 60) assert.match(frames.at(-1)?.map(plain).join('\n') ?? '', 'this help');
    unmount();
    store.close();
  }
});

test('snapshots are shown at most ten times a second, a key within a thirtieth', () => {
  let nowMs = 0;
  const store = new Store(stateWith([statusOf()]), () => nowMs);
  let frames = 0;
  store.subscribe(() => frames++);
  const next = (cause: 'input' | 'status'): void => store.set({ ...store.state }, cause);
  for (nowMs = 0; nowMs < 1000; nowMs += 5) next('status');
  assert.ok(frames <= 10, `${frames} frames`);
  frames = 0;
  nowMs += 200;
  next('input');
  assert.is(frames, 1);
  next('input');
  assert.is(frames, 1);
  nowMs += 34;
  next('input');
  assert.is(frames, 2);
  store.close();
});

test.run();
