import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_EVENT_LINES, selectedEvent, selectLines } from '../../tui/event-lines.js';
import { ACTIVITIES, MAX_SAMPLES } from '../../tui/samples.js';
import type { State } from '../../tui/state.js';
import type { Effect } from '../../tui/step.js';
import { update } from '../../tui/update.js';
import {
  eventsOf,
  messageOf,
  NOW_MS,
  SMALL_LANGUAGE,
  type StatusOptions,
  stateWith,
  statusOf,
} from './fixtures.js';

const test = suite('keys and snapshots');

interface Pressed {
  readonly state: State;
  readonly lines: readonly string[];
  readonly effects: readonly Effect[];
}

function press(start: State, ...names: readonly string[]): Pressed {
  let state = start;
  const effects: Effect[] = [];
  for (const name of names) {
    const event = { kind: 'key', name, text: name.length === 1 ? name : '' } as const;
    const step = update(state, { kind: 'input', event, nowMs: NOW_MS }, SMALL_LANGUAGE);
    state = step.state;
    effects.push(...step.effects);
  }
  const lines = effects.flatMap(effect => (effect.kind === 'execute' ? [effect.line] : []));
  return { state, lines, effects };
}

const running = (options: StatusOptions = {}): State => stateWith([statusOf(options)]);
const questionOf = ({ state }: Pressed): string => (state.mode.kind === 'confirm' ? state.mode.question : '');

test('a key on a node sends the command it stands for, and shows it', () => {
  const pressed = press(running(), 'down', 'x');
  assert.equal(pressed.lines, ['kill 1']);
  assert.is(pressed.state.events.lines.at(-1)?.text, 'kill 1');
  assert.is(pressed.state.running, 1);
});

const NODE_KEYS: readonly (readonly [string, StatusOptions, string])[] = [
  ['x', {}, 'kill 0'],
  ['r', {}, 'restart 0'],
  ['r', { down: [0] }, 'revive 0'],
  ['p', {}, 'pause 0'],
  ['p', { paused: [0] }, 'resume 0'],
  ['i', {}, 'isolate 0'],
  ['I', {}, 'heal 0'],
  ['t', {}, 'transfer 0'],
  ['s', {}, 'snapshot 0'],
  ['K', {}, 'kill leader'],
];
for (const [key, options, line] of NODE_KEYS) {
  test(`${key} ${JSON.stringify(options)} is ${line}`, () =>
    assert.equal(press(running(options), key).lines, [line]));
}

test('what costs the quorum is asked, with the effect; only y does it', () => {
  const three = running({ down: [3, 4] });
  const asked = press(three, 'x');
  assert.equal(asked.lines, []);
  assert.match(questionOf(asked), 'kill 0: leaves 2 of 3 needed: no write can commit');
  assert.equal(press(asked.state, 'n').lines, []);
  assert.equal(press(asked.state, 'enter').lines, []);
  assert.equal(press(asked.state, 'y').lines, ['kill 0']);
  assert.is(press(asked.state, 'y').state.mode.kind, 'panels');
});

test('without a quorum there is none to lose: nothing is asked', () => {
  assert.equal(press(running({ leader: null, down: [2, 3, 4] }), 'x').lines, ['kill 0']);
});

test('killing the leader of none says so', () => {
  const pressed = press(running({ leader: null }), 'K');
  assert.equal(pressed.lines, []);
  assert.match(pressed.state.toast?.text ?? '', 'no leader');
});

const links = (options: StatusOptions = {}): State => press(running(options), 'tab').state;

test('matrix keys edit the selected link: + - digits 0 X', () => {
  assert.equal(press(links(), '+').lines, ['edit 0 1 0.1']);
  assert.equal(press(links({ drops: [[0, 1, 0.3]] }), '-').lines, ['edit 0 1 0.2']);
  assert.equal(
    press(links(), 'down', 'down', 'right', '6').lines,
    ['edit 2 2 0.6'].filter(() => false),
    'diagonal',
  );
  assert.equal(press(links(), 'down', 'down', '6').lines, ['edit 2 1 0.6']);
  assert.equal(press(links({ drops: [[0, 1, 0.3]] }), '0').lines, ['edit 0 1 0']);
  assert.equal(press(links(), 'X').lines, ['edit 0 1 1']);
});

test('+ pressed quickly adds up before the cluster has answered, without binary fractions', () => {
  assert.equal(press(links(), '+', '+', '+').lines, ['edit 0 1 0.1', 'edit 0 1 0.2', 'edit 0 1 0.3']);
});

test('the loss stays within 0 and 1, and what changes nothing is not sent', () => {
  assert.equal(press(links(), '-').lines, []);
  assert.equal(press(links({ drops: [[0, 1, 0.95]] }), '+').lines, ['edit 0 1 1']);
  assert.equal(press(links({ drops: [[0, 1, 1]] }), '+').lines, []);
});

test('s edits both directions; u undoes both', () => {
  const edited = press(links({ drops: [[1, 0, 0.2]] }), 's', '5');
  assert.equal(edited.lines, ['edit 0 1 0.5', 'edit 1 0 0.5']);
  assert.equal(press(edited.state, 'u').lines, ['edit 0 1 0', 'edit 1 0 0.2']);
});

test('cutting the link that carries the quorum is asked', () => {
  const asked = press(links({ nodes: 3, leader: 0, down: [2] }), 'X');
  assert.equal(asked.lines, []);
  assert.match(questionOf(asked), 'leaves 1 of 2');
  assert.equal(press(asked.state, 'y').lines, ['edit 0 1 1']);
});

test('healing asks how much it takes off, and does not ask when there is nothing', () => {
  assert.match(questionOf(press(running({ drops: [[0, 1, 0.5]] }), 'H')), '1 links');
  assert.is(press(running(), 'H').state.mode.kind, 'panels');
});

test('digits focus panels, but set the loss in the matrix; alt digits focus always', () => {
  assert.is(press(running(), '3').state.focus, 'events');
  const pressed = press(links(), '3');
  assert.is(pressed.state.focus, 'links');
  assert.equal(pressed.lines, ['edit 0 1 0.3']);
  assert.is(press(links(), 'alt-3').state.focus, 'events');
});

test('tab goes round the visible panels and back', () => {
  assert.is(press(running(), 'tab').state.focus, 'links');
  assert.is(press(running(), 'tab', 'tab').state.focus, 'events');
  assert.is(press(running(), 'tab', 'tab', 'tab').state.focus, 'nodes');
  assert.is(press(running(), 'shift-tab').state.focus, 'events');
});

test('q quits at once, or asks while commands run; ctrl-c always quits', () => {
  assert.equal(press(running(), 'q').effects, [{ kind: 'quit' }]);
  const busy = press(running(), 'x').state;
  const asked = press(busy, 'q');
  assert.match(questionOf(asked), 'still run');
  assert.equal(press(asked.state, 'y').effects, [{ kind: 'quit' }]);
  assert.equal(press(busy, 'ctrl-c').effects, [{ kind: 'quit' }]);
});

test('frozen, the picture stays while events are collected; thawed, the newest is shown', () => {
  const frozen = press(running(), 'f').state;
  const later = statusOf({ term: 9, atMs: NOW_MS + 500, events: eventsOf(['alarm', 1, 'boom']) });
  const next = update(frozen, { kind: 'status', status: later }, SMALL_LANGUAGE).state;
  assert.is(next.status?.term, 7);
  assert.is(next.events.lines.at(-1)?.text, 'boom');
  assert.is(next.samples.length, 1);
  assert.is(press(next, 'f').state.status?.term, 9);
  assert.is(press(next, 'f').state.samples.length, 2);
});

test('an answer stands beside its command, with its place in the log', () => {
  const { state, effects } = press(running(), 'x');
  const [effect] = effects;
  const id = effect?.kind === 'execute' ? effect.id : 0;
  const data = { ok: true, index: 12, term: 3, elapsedMs: 4 };
  const result = { kind: 'done', text: 'OK', data } as const;
  const next = update(
    state,
    { kind: 'answer', id, line: 'put a 1', result, elapsedMs: 4.2 },
    SMALL_LANGUAGE,
  ).state;
  assert.is(next.events.lines.at(-1)?.answer, 'OK, index 12, term 3, 4.2 ms');
  assert.is(next.toast?.line, 'put a 1');
  assert.is(next.running, 0);
});

test('events come once each, oldest are forgotten, missed ones are counted', () => {
  const events = eventsOf(['leader', 1, 'one'], ['leader', 1, 'two']);
  const twice = stateWith([statusOf({ events }), statusOf({ events })]);
  assert.equal(
    twice.events.lines.map(line => line.text),
    ['one', 'two'],
  );
  const late = [{ sequence: 10, atMs: NOW_MS, kind: 'leader', node: 1, text: 'ten' } as const];
  const missed = update(twice, { kind: 'status', status: statusOf({ events: late }) }, SMALL_LANGUAGE).state;
  assert.match(missed.events.lines.at(-2)?.text ?? '', '7 events were too many');
  let state = twice;
  for (let batch = 0; batch < 8; batch++) {
    const many = Array.from({ length: 200 }, (_, index) => ({
      sequence: 11 + batch * 200 + index,
      atMs: NOW_MS,
      kind: 'vote' as const,
      node: 0,
      text: 'v',
    }));
    state = update(state, { kind: 'status', status: statusOf({ events: many }) }, SMALL_LANGUAGE).state;
  }
  assert.is(state.events.lines.length, MAX_EVENT_LINES);
});

test('the report of an own command is not shown beside it', () => {
  const events = eventsOf(['fault', null, 'tui: kill 1'], ['fault', null, 'gateway: kill 2']);
  assert.equal(
    running({ events }).events.lines.map(line => line.text),
    ['gateway: kill 2'],
  );
});

test('filters: kind, node, text, not text', () => {
  const { lines } = running({
    events: eventsOf(['leader', 1, 'leads'], ['crash', 2, 'boom'], ['vote', 2, 'votes']),
  }).events;
  const texts = (query: Parameters<typeof selectLines>[1]): readonly string[] =>
    selectLines(lines, query).map(line => line.text);
  assert.equal(texts({ filter: 'elections', text: '', node: null }), ['leads', 'votes']);
  assert.equal(texts({ filter: 'all', text: '', node: 2 }), ['boom', 'votes']);
  assert.equal(texts({ filter: 'all', text: 'BOO', node: null }), ['boom']);
  assert.equal(texts({ filter: 'all', text: '!boo', node: null }), ['leads', 'votes']);
});

test('search shows the newest match while typing, n goes to older ones', () => {
  const start = running({
    events: eventsOf(['leader', 1, 'leads a'], ['crash', 2, 'boom'], ['leader', 2, 'leads b']),
  });
  const found = press(start, '/', 'l', 'e', 'a', 'd');
  const textOf = ({ state }: Pressed): string | undefined =>
    state.events.lines.find(line => line.id === state.foundEvent)?.text;
  assert.is(textOf(found), 'leads b');
  const older = press(found.state, 'enter', 'n');
  assert.is(textOf(older), 'leads a');
  assert.is(textOf(press(older.state, 'N')), 'leads b');
  assert.is(press(found.state, 'escape').state.foundEvent, null);
});

test('samples are bounded, keep pace with time, and remember a short candidacy', () => {
  const statuses = Array.from({ length: 500 }, (_, step) => statusOf({ atMs: NOW_MS + step * 500 }));
  assert.is(stateWith(statuses).samples.length, MAX_SAMPLES);
  const gap = stateWith([statusOf(), statusOf({ atMs: NOW_MS + 10_000 })]);
  assert.is(gap.samples.length, 21);
  const base = Math.floor(NOW_MS / 500) * 500;
  const candidate = statusOf({ atMs: base + 10, raft: { 1: { role: 'candidate' } } });
  const short = stateWith([statusOf({ atMs: base }), candidate, statusOf({ atMs: base + 20 })]);
  assert.is(short.samples.at(-1)?.activities[1], 'candidate');
  assert.is(new Set(ACTIVITIES).size, ACTIVITIES.length);
});

test('rates of links come from the counters of two snapshots, drops flash at once', () => {
  const first = statusOf();
  const index = 1;
  const links = first.links.map((link, at) =>
    at === index
      ? { ...link, counters: { ...link.counters, sent: link.counters.sent + 50, dropped: 20 } }
      : link,
  );
  const later = { ...first, atMs: NOW_MS + 1000, links };
  const { rates } = stateWith([first, later]);
  assert.equal(rates?.rates[index], { messagesPerSecond: 50, droppedPerSecond: 20, isDropping: true });
});

test('in the log panel ← and → select an entry, whose content is asked of who has it', () => {
  const start = press(stateWith([statusOf({ down: [4] })]), '4', 'down').state;
  const { state, effects } = press(press(start, 'left', 'left').state, 'enter');
  assert.is(state.mode.kind === 'text' ? state.mode.title : '', 'Entry 1282 of term 7, in the log of n1');
  const at = { node: 1, index: 1282 };
  assert.equal(effects, [{ kind: 'read-entry', at, nodes: [1, 0, 2, 3] }]);
  const why = 'no running node has it';
  const told = update(
    state,
    { kind: 'entry', at, knowledge: { kind: 'unknown', why } },
    SMALL_LANGUAGE,
  ).state;
  assert.match(told.mode.kind === 'text' ? told.mode.lines.join() : '', why);
  const closed = press(state, 'escape').state;
  const late = update(
    closed,
    { kind: 'entry', at, knowledge: { kind: 'unknown', why } },
    SMALL_LANGUAGE,
  ).state;
  assert.is(late.mode.kind, 'panels', 'the window was closed meanwhile');
  assert.is(press(press(start, 'left').state, 'right').state.entry, null, 'at the end it follows');
  assert.is(press(start, 'home').state.entry, 981, 'the oldest that is reported');
});

test('a selected message holds its list, and the newest lets it go on', () => {
  const link = { from: 0, to: 1 };
  const seen = (count: number) => {
    const messages = Array.from({ length: count }, (_, at) => messageOf(at + 1, 0, 1, 'Heartbeat'));
    return { kind: 'activity', changed: { messages: { link, messages, epochMs: 0, problem: '' } } } as const;
  };
  const open = press(stateWith([statusOf()]), 'tab', 'v').state;
  assert.is(open.focus, 'messages');
  const first = update(open, seen(3), SMALL_LANGUAGE).state;
  const held = press(first, 'up').state;
  assert.is(held.message, 2);
  assert.is(update(held, seen(9), SMALL_LANGUAGE).state.messages?.messages.length, 3);
  const following = press(held, 'end').state;
  assert.is(following.message, null);
  assert.is(update(following, seen(9), SMALL_LANGUAGE).state.messages?.messages.length, 9);
  assert.is(press(following, 'right').state.link.to, 2);
  assert.is(press(following, 'escape').state.focus, 'links');
  const own = { ...press(stateWith([statusOf()]), 'tab').state, link: { from: 1, to: 1 } };
  assert.is(press(own, 'v').state.focus, 'links', 'a node has no link to itself');
});

test('the selected event stays selected when new ones come', () => {
  const before = stateWith([statusOf({ events: eventsOf(['leader', 1, 'one'], ['leader', 2, 'two']) })]);
  const selected = press(before, '3', 'up').state;
  assert.is(selectedEvent(selected)?.text, 'one');
  const events = eventsOf(['leader', 1, 'one'], ['leader', 2, 'two'], ['leader', 3, 'three']);
  const later = update(selected, { kind: 'status', status: statusOf({ events }) }, SMALL_LANGUAGE).state;
  assert.is(selectedEvent(later)?.text, 'one');
  assert.is(selectedEvent(press(later, 'G').state)?.text, 'three');
});

test.run();
