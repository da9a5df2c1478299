import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { historyOf, MAX_HISTORY, remember } from '../../tui/command-history.js';
import { InputDecoder } from '../../tui/input.js';
import { MAX_LINE } from '../../tui/line-editor.js';
import { suggestionFor } from '../../tui/prompt-input.js';
import { MAX_RUNNING } from '../../tui/send.js';
import type { State } from '../../tui/state.js';
import type { Effect } from '../../tui/step.js';
import { update } from '../../tui/update.js';
import { NOW_MS, SMALL_LANGUAGE, stateWith, statusOf } from './fixtures.js';

const test = suite('command line');

interface Typed {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** Feeds bytes as a terminal sends them. */
function type(start: State, ...chunks: readonly string[]): Typed {
  const decoder = new InputDecoder();
  let state = start;
  const effects: Effect[] = [];
  for (const chunk of chunks) {
    for (const event of [...decoder.push(chunk), ...decoder.flush()]) {
      const step = update(state, { kind: 'input', event, nowMs: NOW_MS }, SMALL_LANGUAGE);
      state = step.state;
      effects.push(...step.effects);
    }
  }
  return { state, effects };
}

const sent = ({ effects }: Typed): readonly string[] =>
  effects.flatMap(effect => (effect.kind === 'execute' ? [effect.line] : []));

const RUNNING = stateWith([statusOf()]);
const THIRTY = Array.from({ length: 30 }, (_, index) => `put key${index} ${index}`);

test('a line is sent as typed, and remembered', () => {
  const typed = type(RUNNING, ':put a 1\r');
  assert.equal(sent(typed), ['put a 1']);
  assert.equal(typed.effects[0], { kind: 'remember', line: 'put a 1' });
  assert.is(typed.state.history.lines.at(-1), 'put a 1');
  assert.is(typed.state.line.text, '');
});

test('thirty commands pasted at once are all sent, in their order', () => {
  assert.equal(sent(type(RUNNING, `:${THIRTY.join('\r')}\r`)), THIRTY, 'raw');
  assert.equal(sent(type(RUNNING, `:${THIRTY.join('\r:')}\r`)), THIRTY, 'raw, a colon each');
  assert.equal(sent(type(RUNNING, `\x1b[200~${THIRTY.join('\n')}\n\x1b[201~`)), THIRTY, 'bracketed');
  assert.equal(sent(type(RUNNING, `:\x1b[200~${THIRTY.join('\r\n')}\r\n\x1b[201~`)), THIRTY, 'into the line');
});

test('a paste without a last line end leaves its last line for editing', () => {
  const typed = type(RUNNING, '\x1b[200~put a 1\nput b\x1b[201~', ' 2');
  assert.equal(sent(typed), ['put a 1']);
  assert.is(typed.state.line.text, 'put b 2');
});

test('commands after the first of a raw paste never act as keys of the panels', () => {
  const typed = type(RUNNING, ':put a 1\rxxKHp');
  assert.equal(sent(typed), ['put a 1']);
  assert.is(typed.state.line.text, 'xxKHp');
});

test('an answer that opens a window swallows no key of what is typed ahead', () => {
  const typed = type(RUNNING, ':status\r');
  const [, execute] = typed.effects;
  const id = execute?.kind === 'execute' ? execute.id : 0;
  const result = { kind: 'done', text: 'a\nb\nc' } as const;
  const answered = update(
    typed.state,
    { kind: 'answer', id, line: 'status', result, elapsedMs: 3 },
    SMALL_LANGUAGE,
  ).state;
  assert.is(answered.mode.kind, 'text');
  const next = type(answered, 'put q k\r');
  assert.equal(sent(next), ['put q k']);
});

test('beyond the limit of waiting commands a line is refused and said so', () => {
  const lines = Array.from({ length: MAX_RUNNING + 2 }, () => 'put a 1');
  const typed = type(RUNNING, `\x1b[200~${lines.join('\n')}\n\x1b[201~`);
  assert.is(sent(typed).length, MAX_RUNNING);
  assert.match(typed.state.toast?.text ?? '', 'not sent');
});

test('a line longer than the limit is not cut silently: what does not fit is not inserted', () => {
  const typed = type(RUNNING, `:${'a'.repeat(MAX_LINE)}`, 'b');
  assert.is(typed.state.line.text.length, MAX_LINE);
  assert.not.match(typed.state.line.text, 'b');
});

const EDITS: readonly (readonly [string, string, string])[] = [
  ['typing inserts at the cursor', 'ac\x1b[Db', 'abc'],
  ['backspace and delete', 'abc\x7f\x1b[D\x1b[3~', 'a'],
  ['home, end, ctrl-a, ctrl-e', 'b\x1b[Ha\x1b[Fc\x010\x05d', '0abcd'],
  ['ctrl-w cuts the word before', 'put abc def\x17', 'put abc '],
  ['ctrl-u cuts all before the cursor', 'put abc\x1b[D\x15', 'c'],
  ['ctrl-k cuts all after it', 'put abc\x1bb\x0b', 'put '],
  ['ctrl-y puts it back', 'put abc\x17x \x19', 'put x abc'],
  ['alt-d cuts the next word', 'put abc\x01\x1bd', ' abc'],
  ['a character of two code units is one', 'a😀b\x1b[D\x7f', 'ab'],
  ['ctrl-c clears the line and stays', 'abc\x03d', 'd'],
];
for (const [name, keys, expected] of EDITS) {
  test(name, () => assert.is(type(RUNNING, ':', keys).state.line.text, expected));
}

test('ctrl-c on an empty line leaves, it does not quit', () => {
  const typed = type(RUNNING, ':\x03');
  assert.is(typed.state.mode.kind, 'panels');
  assert.equal(typed.effects, []);
});

test('escape leaves and keeps the line', () => {
  const { state } = type(RUNNING, ':kill 1', '\x1b');
  assert.is(state.mode.kind, 'panels');
  assert.is(type(state, ':').state.line.text, 'kill 1');
});

test('tab completes the common part, then goes through the possibilities', () => {
  assert.is(type(RUNNING, ':ki\t').state.line.text, 'kill ');
  assert.is(type(RUNNING, ':p\t').state.line.text, 'put');
  assert.is(type(RUNNING, ':p\t\t').state.line.text, 'partition');
  assert.is(type(RUNNING, ':p\t\t\t').state.line.text, 'put');
  assert.is(type(RUNNING, ':kill \t').state.line.text, 'kill 0');
  assert.is(type(RUNNING, ':kill \t\t').state.line.text, 'kill 1');
});

const PAST = stateWith([statusOf()], { history: ['put a 1', 'kill 2', 'put b 2', 'heal'] });

test('arrows walk the lines that begin like the one typed, and come back to it', () => {
  assert.is(type(PAST, ':\x1b[A').state.line.text, 'heal');
  assert.is(type(PAST, ':pu\x1b[A').state.line.text, 'put b 2');
  assert.is(type(PAST, ':pu\x1b[A\x1b[A').state.line.text, 'put a 1');
  assert.is(type(PAST, ':pu\x1b[A\x1b[A\x1b[A').state.line.text, 'put a 1');
  assert.is(type(PAST, ':pu\x1b[A\x1b[A\x1b[B\x1b[B').state.line.text, 'pu');
});

test('the newest line that begins so is suggested; right takes it', () => {
  const typed = type(PAST, ':ki');
  assert.is(suggestionFor(typed.state), 'll 2');
  assert.is(type(typed.state, '\x1b[C').state.line.text, 'kill 2');
});

test('ctrl-r searches backwards, again goes on, enter runs what was found', () => {
  assert.is(type(PAST, ':\x12put').state.line.text, 'put b 2');
  assert.is(type(PAST, ':\x12put\x12').state.line.text, 'put a 1');
  assert.equal(sent(type(PAST, ':\x12put\x12\r')), ['put a 1']);
  assert.equal(sent(type(PAST, ':\x12zzz\r')), []);
});

test('quit is a line too', () => {
  assert.ok(type(RUNNING, ':q\r').effects.some(effect => effect.kind === 'quit'));
});

test('the history forgets the oldest lines, skips repetitions and blank lines', () => {
  let history = historyOf([]);
  for (const line of ['a', 'a', ' ', 'b']) history = remember(history, line);
  assert.equal(history.lines, ['a', 'b']);
  for (let index = 0; index < MAX_HISTORY + 5; index++) history = remember(history, `line ${index}`);
  assert.is(history.lines.length, MAX_HISTORY);
  assert.is(history.lines.at(-1), `line ${MAX_HISTORY + 4}`);
});

test.run();
