import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseScript } from '../../src/chaos/script.js';
import type { Operation } from '../../src/harness/check.js';
import type { CommandResult } from '../../src/runtime/handle.js';
import { CHAOS_LANGUAGE } from '../../tui/chaos-language.js';
import { plainFrame } from '../../tui/compose.js';
import { drawFrame } from '../../tui/frame.js';
import type { LiveView } from '../../tui/live/live-check.js';
import { Round } from '../../tui/live/round.js';
import { parseLocal } from '../../tui/local-commands.js';
import { ScriptSession, type ScriptView } from '../../tui/script-session.js';
import type { State } from '../../tui/state.js';
import { createTheme } from '../../tui/theme.js';
import type { TourView } from '../../tui/tour/tour.js';
import { update } from '../../tui/update.js';
import { NOW_MS, SMALL_LANGUAGE, stateWith, statusOf } from './fixtures.js';

const test = suite('activities');
const THEME = createTheme('mono', 0, false);

function press(state: State, name: string) {
  const event = { kind: 'key', name, text: name } as const;
  return update(state, { kind: 'input', event, nowMs: NOW_MS }, SMALL_LANGUAGE);
}

const SCENE: TourView = {
  scene: 2,
  scenes: 6,
  title: 'Split vote',
  panel: 'log',
  step: 1,
  steps: 4,
  caption: 'Now the messages go out, all at the same moment, and every node votes for itself.',
  state: 'acting',
  outcome: '',
  auto: false,
};

const CHECK: LiveView = {
  rate: 200,
  problem: '',
  checked: 1200,
  unknown: 0,
  refused: 0,
  windows: 3,
  undecided: 0,
  verdict: 'linearizable',
  proof: [],
};

test('own lines are told from lines for the cluster, and wrong ones say what was expected', () => {
  assert.equal(parseLocal('tour'), { kind: 'local', command: { kind: 'tour', scene: null } });
  assert.equal(parseLocal('scene old-term'), { kind: 'local', command: { kind: 'tour', scene: 'old-term' } });
  assert.equal(parseLocal('load'), { kind: 'local', command: { kind: 'load', rate: 200 } });
  assert.equal(parseLocal('load off'), { kind: 'local', command: { kind: 'load', rate: null } });
  assert.equal(parseLocal('run a b.chaos'), { kind: 'local', command: { kind: 'run', path: 'a b.chaos' } });
  for (const line of ['scene', 'scene nothing', 'load -1', 'load 1e9', 'run', 'tour 3', 'quit now']) {
    assert.is(parseLocal(line)?.kind, 'invalid', line);
  }
  for (const line of ['put a 1', 'kill 2', 'tourist', '']) assert.is(parseLocal(line), null, line);
});

test('completion and hints know both languages', () => {
  assert.equal(CHAOS_LANGUAGE.complete('sce', 3, 3).words, ['scene']);
  assert.equal(CHAOS_LANGUAGE.complete('scene sp', 8, 3), { start: 6, words: ['split-vote'] });
  assert.ok(CHAOS_LANGUAGE.complete('r', 1, 3).words.includes('revive'));
  assert.ok(CHAOS_LANGUAGE.complete('r', 1, 3).words.includes('run'));
  assert.is(CHAOS_LANGUAGE.hint('scene split', 3)?.isError, false);
  assert.is(CHAOS_LANGUAGE.hint('scene foo', 3)?.isError, true);
  assert.match(CHAOS_LANGUAGE.hint('put a', 3)?.usage ?? '', 'put KEY VALUE');
});

test('a scene brings its panel to the front once, and its keys come before those of the panel', () => {
  const before = stateWith([statusOf()]);
  const { state } = update(before, { kind: 'activity', changed: { tour: SCENE } }, SMALL_LANGUAGE);
  assert.is(state.focus, 'log');
  assert.equal(press(state, 'n').effects, [{ kind: 'tour', move: 'next' }]);
  assert.equal(press(state, 'p').effects, [{ kind: 'tour', move: 'back' }]);
  assert.equal(press(state, 'space').effects, [{ kind: 'tour', move: 'auto' }]);
  const moved = press(press(state, '1').state, '1').state;
  const later = update(
    moved,
    { kind: 'activity', changed: { tour: { ...SCENE, state: 'seen' } } },
    SMALL_LANGUAGE,
  );
  assert.is(later.state.focus, 'nodes', 'what the user chose stays');
  const ended = update(later.state, { kind: 'activity', changed: { tour: null } }, SMALL_LANGUAGE).state;
  assert.equal(
    press(ended, 'p').effects.map(effect => effect.kind),
    ['execute'],
  );
});

test('the caption takes its rows from the panels at every size', () => {
  for (const columns of [60, 80, 140, 200]) {
    for (const rows of [16, 22, 24, 35, 45]) {
      const start = stateWith([statusOf({ nodes: 10 })], { columns, rows });
      const { state } = update(start, { kind: 'activity', changed: { tour: SCENE } }, SMALL_LANGUAGE);
      const lines = plainFrame(drawFrame(state, THEME, SMALL_LANGUAGE));
      assert.is(lines.length, rows, `${columns}x${rows}`);
      assert.match(lines.join('\n'), 'Tour 2/6 Split vote  step 1 of 4');
      assert.match(lines.join('\n'), 'happening now');
    }
  }
});

test('a violation freezes the view and shows the proof; the header keeps saying it', () => {
  const running = update(
    stateWith([statusOf()], { columns: 120, rows: 35 }),
    { kind: 'activity', changed: { check: CHECK } },
    SMALL_LANGUAGE,
  ).state;
  assert.match(plainFrame(drawFrame(running, THEME, SMALL_LANGUAGE))[0] ?? '', '✓ 1200 ops linearizable');
  const bad: LiveView = {
    ...CHECK,
    verdict: 'not-linearizable',
    proof: ['key a', 'get returned an old value'],
  };
  const { state } = update(running, { kind: 'activity', changed: { check: bad } }, SMALL_LANGUAGE);
  assert.is(state.frozen, true);
  const screen = plainFrame(drawFrame(state, THEME, SMALL_LANGUAGE)).join('\n');
  assert.match(screen, 'NOT LINEARIZABLE');
  assert.match(screen, 'get returned an old value');
  const closed = press(state, 'escape').state;
  const again = update(closed, { kind: 'activity', changed: { check: { ...bad } } }, SMALL_LANGUAGE).state;
  assert.is(again.mode.kind, 'panels', 'the proof opens once');
});

const operation = (fields: Partial<Operation>): Operation => ({
  client: 0,
  op: 'get',
  key: 'w:0',
  ok: true,
  output: null,
  callNs: 0,
  returnNs: 1,
  ...fields,
});

test('a window is judged when its last operation has ended, with the operations that prove it', async () => {
  const round = new Round('w', 1);
  const done: string[] = [];
  round.begin();
  round.begin();
  round.begin();
  round.end(operation({ op: 'put', value: 'v1', callNs: 0, returnNs: 10 }));
  const verdict = round.close().then(result => {
    done.push('judged');
    return result;
  });
  await Promise.resolve();
  round.end(operation({ op: 'put', value: 'v2', callNs: 20, returnNs: 30 }));
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(done, [], 'one is under way');
  round.end(operation({ output: 'v1', callNs: 40, returnNs: 50 }));
  const result = await verdict;
  assert.is(result.verdict, 'not-linearizable');
  assert.is(result.operations, 3);
  assert.is(result.violation?.key, 'w:0');
  assert.ok((result.violation?.explanation.length ?? 0) > 10);
});

test('an unknown write may have happened or not: both are linearizable', async () => {
  for (const output of ['v1', 'v2']) {
    const round = new Round('w', 1);
    for (let begun = 0; begun < 3; begun++) round.begin();
    round.end(operation({ op: 'put', value: 'v1', callNs: 0, returnNs: 10 }));
    round.end(operation({ client: 1, op: 'put', value: 'v2', callNs: 20, returnNs: null, ok: 'unknown' }));
    round.end(operation({ output, callNs: 40, returnNs: 50 }));
    assert.is((await round.close()).verdict, 'linearizable', output);
  }
});

function scripted(text: string) {
  const ran: string[] = [];
  const views: ScriptView[] = [];
  const session = new ScriptSession({
    name: 't.chaos',
    script: parseScript(text),
    execute: async (line): Promise<CommandResult> => {
      ran.push(line);
      return line.startsWith('kill')
        ? { kind: 'failed', text: 'no', code: 'x' }
        : { kind: 'done', text: 'OK' };
    },
    show: view => views.push(view),
  });
  return { session, ran, views };
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('a script shows each step, runs repeats, and ends with the first that fails', async () => {
  const { session, ran } = scripted('put a 1\nrepeat 2\n  incr b\nend\nkill 1\nput a 2\n');
  const view = await session.run();
  assert.equal(ran, ['put a 1', 'incr b', 'incr b', 'kill 1']);
  assert.is(view.state, 'failed');
  assert.equal(
    view.steps.map(({ command, state, runs, depth }) => [command, state, runs, depth]),
    [
      ['put a 1', 'done', 1, 0],
      ['incr b', 'done', 2, 1],
      ['kill 1', 'failed', 1, 0],
      ['put a 2', 'waiting', 0, 0],
    ],
  );
});

test('a paused script waits, steps one by one, and goes on', async () => {
  const { session, ran } = scripted('put a 1\nput a 2\nput a 3\nput a 4\n');
  session.togglePause();
  const ended = session.run();
  await turn();
  assert.equal(ran, []);
  session.step();
  await turn();
  await turn();
  assert.equal(ran, ['put a 1']);
  session.step();
  await turn();
  await turn();
  assert.equal(ran, ['put a 1', 'put a 2']);
  session.togglePause();
  assert.is((await ended).state, 'done');
  assert.is(ran.length, 4);
});

test('a cancelled script ends before the next step', async () => {
  const { session, ran } = scripted('put a 1\nput a 2\n');
  session.togglePause();
  const ended = session.run();
  session.step();
  await turn();
  await turn();
  session.stop();
  assert.is((await ended).state, 'stopped');
  assert.equal(ran, ['put a 1']);
});

test.run();
