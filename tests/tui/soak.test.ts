import { EventEmitter } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClusterEvent } from '../../src/runtime/status.js';
import { Screen, type TerminalOutput } from '../../tui/screen.js';
import { initialState } from '../../tui/state.js';
import { Store } from '../../tui/store.js';
import { Surface } from '../../tui/surface.js';
import { createTheme } from '../../tui/theme.js';
import { update } from '../../tui/update.js';
import { NOW_MS, SMALL_LANGUAGE, statusOf } from './fixtures.js';
import { soak } from './live-soak.js';
import { hasTmux } from './tmux-terminal.js';

/** Read by React when it is loaded, which is therefore after this. */
process.env.NODE_ENV = 'production';
setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;

const test = suite('hours of frames');

const FRAMES_AN_HOUR = 36_000;
/** Fills everything that is kept for a while: two minutes of samples, a thousand events. */
const WARM_UP_FRAMES = 400;
const MEASURED_FRAMES = 800;
const EVENTS_A_FRAME = 4;
const MOST_GROWTH_AN_HOUR = 16 * 1024 * 1024;

class FakeTerminal extends EventEmitter implements TerminalOutput {
  readonly columns = 80;
  readonly rows = 24;
  readonly writableNeedDrain = false;
  bytes = 0;

  write(text: string): boolean {
    this.bytes += text.length;
    return true;
  }
}

/** What a busy cluster tells in one frame: figures and times change, and something happens. */
function busyStatus(frame: number) {
  const events = Array.from({ length: EVENTS_A_FRAME }, (_, at): ClusterEvent => {
    const sequence = frame * EVENTS_A_FRAME + at + 1;
    const text = `gateway: put key:${sequence} "value ${sequence}"`;
    return { sequence, atMs: NOW_MS + frame * 500, kind: 'kv', node: sequence % 5, text };
  });
  const status = statusOf({
    nodes: 5,
    atMs: NOW_MS + frame * 500,
    leader: frame % 97 === 0 ? null : 2,
    events,
  });
  return { ...status, commit: frame * 20, writesPerSecond: frame % 500, latencyMsP99: frame % 13 };
}

function heapBytes(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

test('an hour of frames through Ink leaves heap and handles flat', async () => {
  const { mount } = await import('../../tui/mount.js');
  const output = new FakeTerminal();
  const screen = new Screen({ output, writeNow: () => {} });
  let nowMs = 0;
  const facts = { store: 'in memory', nodes: 5, version: '0' };
  const store = new Store(initialState({ facts, columns: 80, rows: 24 }), () => nowMs);
  const theme = createTheme('dark', 3, false);
  const surface = new Surface({ store, theme, language: SMALL_LANGUAGE, screen });
  store.subscribe(() => surface.update());
  screen.open();
  const unmount = mount({ surface, screen });
  const show = async (from: number, to: number): Promise<void> => {
    for (let frame = from; frame < to; frame++) {
      nowMs += 100;
      store.set(
        update(store.state, { kind: 'status', status: busyStatus(frame) }, SMALL_LANGUAGE).state,
        'status',
      );
      await new Promise(resolve => setImmediate(resolve));
    }
  };
  await show(0, WARM_UP_FRAMES);
  const before = heapBytes();
  const handles = process.getActiveResourcesInfo().length;
  const drawnBytes = output.bytes;
  await show(WARM_UP_FRAMES, WARM_UP_FRAMES + MEASURED_FRAMES);
  const growth = ((heapBytes() - before) / MEASURED_FRAMES) * FRAMES_AN_HOUR;
  process.stdout.write(
    `  ${MEASURED_FRAMES} frames, ${Math.round((output.bytes - drawnBytes) / MEASURED_FRAMES)} bytes each; ` +
      `heap grows by ${(growth / 1024 / 1024).toFixed(1)} MB an hour\n`,
  );
  assert.ok(output.bytes - drawnBytes > MEASURED_FRAMES * 100, 'frames were drawn');
  assert.ok(growth < MOST_GROWTH_AN_HOUR, `${growth} bytes an hour`);
  assert.ok(process.getActiveResourcesInfo().length <= handles, 'handles');
  unmount();
  screen.close();
  store.close();
});

const isPossible = process.platform === 'linux' && hasTmux();
const check = isPossible ? test : test.skip;
if (!isPossible) process.stdout.write('no tmux here: the short soak of the real program is skipped\n');

/**
 * The layout is loaded meanwhile (3 MB), and samples and events begin to fill up: what is left is for leaks that show within
 * seconds. Slow ones are for the test above, and for the long form.
 */
const MOST_LIVE_GROWTH = 8 * 2 ** 20;

check('the real program under load keeps its handles and about its heap for some seconds', async () => {
  const { first, last, frames, header } = await soak({
    port: 8186,
    nodes: 3,
    load: 200,
    warmUpMs: 0,
    stepMs: 1_000,
    steps: 4,
    tell: () => {},
  });
  const grown = last.heapBytes - first.heapBytes;
  process.stdout.write(`  ${frames} frames live; heap ${(grown / 2 ** 20).toFixed(2)} MB more\n`);
  assert.ok(frames > 0, 'frames were drawn');
  assert.ok(grown < MOST_LIVE_GROWTH, `${grown} bytes`);
  assert.match(header, 'ops linearizable');
  for (const [kind, count] of Object.entries(last.handles)) {
    if (kind === 'Timeout' || kind === 'Immediate') continue;
    assert.ok(count <= (first.handles[kind] ?? 0) + 1, `${kind}: ${first.handles[kind] ?? 0}, then ${count}`);
  }
});

test.run();
