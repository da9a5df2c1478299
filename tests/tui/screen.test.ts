import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { composeRows } from '../../tui/compose.js';
import { drawFrame } from '../../tui/frame.js';
import { paintRows } from '../../tui/paint.js';
import { Screen, type TerminalOutput } from '../../tui/screen.js';
import { Store } from '../../tui/store.js';
import { Surface } from '../../tui/surface.js';
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

test('Ink lays out what is stacked without it, at every size, overlay or not', async () => {
  process.env.NODE_ENV = 'production';
  const { mount } = await import('../../tui/mount.js');
  const theme = createTheme('dark', 3, false);
  const output = new FakeOutput();
  const screen = new Screen({ output, writeNow: () => {} });
  let shown: readonly string[] = [];
  screen.present = lines => {
    shown = lines;
  };
  const plain = (lines: readonly string[]): readonly string[] =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are taken out
    lines.map(line => line.replace(/\x1b\[[0-9;]*m/g, ''));
  const status = statusOf({ nodes: 10, down: [9], drops: [[1, 2, 0.5]] });
  const store = new Store(stateWith([status]));
  const surface = new Surface({ store, theme, language: SMALL_LANGUAGE, screen });
  store.subscribe(() => surface.update());
  const unmount = mount({ surface, screen });
  const pressed = { kind: 'key', name: '?', text: '?' } as const;
  for (const [columns, rows] of [
    [80, 24],
    [140, 45],
    [50, 12],
    [120, 35],
  ] as const) {
    const bare = { ...stateWith([status]), columns, rows };
    const helped = update(bare, { kind: 'input', event: pressed, nowMs: NOW_MS }, SMALL_LANGUAGE).state;
    for (const state of [bare, helped]) {
      store.set(state, 'input');
      await delay(60);
      const expected = plain(paintRows(composeRows(drawFrame(state, theme, SMALL_LANGUAGE)), theme));
      assert.equal(plain(shown).slice(0, expected.length), expected, `${columns}x${rows}`);
      assert.is(shown.length, rows);
    }
    if (columns >= 60) assert.match(plain(shown).join('\n'), 'this help');
  }
  unmount();
  store.close();
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

test('frames that take long become fewer, and as many as before when they are quick again', () => {
  let nowMs = 0;
  let costMs = 30;
  let frames = 0;
  const store = new Store(stateWith([statusOf()]), () => nowMs);
  store.subscribe(() => {
    frames++;
    nowMs += costMs;
  });
  const run = (forMs: number): number => {
    frames = 0;
    for (const endMs = nowMs + forMs; nowMs < endMs; nowMs += 5) store.set({ ...store.state }, 'status');
    return frames;
  };
  run(5_000);
  assert.ok(run(2_000) <= 5, 'slow');
  costMs = 2;
  run(10_000);
  assert.ok(run(2_000) >= 19, 'quick');
  store.close();
});

test.run();
