import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InputDecoder, type InputEvent } from '../../tui/input.js';

const test = suite('input decoder');

/** `x`, `<enter>`, `{pasted}`: events in one line of text. */
function describe(events: readonly InputEvent[]): string {
  return events
    .map(event => {
      if (event.kind === 'paste') return `{${event.text}}`;
      if (event.kind === 'mouse') return `(${event.button} ${event.column},${event.row})`;
      return event.name.length === 1 || event.text.length === 2 ? event.name : `<${event.name}>`;
    })
    .join('');
}

function decode(...chunks: readonly string[]): string {
  const decoder = new InputDecoder();
  return describe([...chunks.flatMap(chunk => decoder.push(chunk)), ...decoder.flush()]);
}

const TABLE: readonly (readonly [string, string])[] = [
  ['a', 'a'],
  [' ', '<space>'],
  ['\r', '<enter>'],
  ['\n', '<enter>'],
  ['\t', '<tab>'],
  ['\x1b[Z', '<shift-tab>'],
  ['\x7f', '<backspace>'],
  ['\b', '<backspace>'],
  ['\x1b[3~', '<delete>'],
  ['\x03', '<ctrl-c>'],
  ['\x1a', '<ctrl-z>'],
  ['\x1b', '<escape>'],
  ['\x1b\x1b', '<escape><escape>'],
  ['\x1b[A\x1b[B\x1b[C\x1b[D', '<up><down><right><left>'],
  ['\x1bOA\x1bOB', '<up><down>'],
  ['\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~', '<home><end><home><end><home><end>'],
  ['\x1b[5~\x1b[6~', '<page-up><page-down>'],
  ['\x1b[1;5C\x1b[1;3D\x1b[1;2A', '<ctrl-right><alt-left><shift-up>'],
  ['\x1bb\x1bf', '<alt-b><alt-f>'],
  ['\x1b1', '<alt-1>'],
  ['\x1b\x7f', '<alt-backspace>'],
  ['é√漢😀', 'é√漢😀'],
  ['put a 1\rget a\r', 'put<space>a<space>1<enter>get<space>a<enter>'],
  ['\x1b[200~put a 1\nget a\x1b[201~q', '{put a 1\nget a}q'],
  ['\x1b[200~\x1b[201~x', 'x'],
  ['\x1b[<0;10;5Mx', '(left 9,4)x'],
  ['\x1b[<0;10;5mx', 'x'],
  ['\x1b[<64;1;1M\x1b[<65;300;200M', '(wheel-up 0,0)(wheel-down 299,199)'],
  ['\x1b[<35;4;4Mx', 'x'],
  ['\x1b[?1;2cx', 'x'],
  ['\x1b[24~x', 'x'],
];

for (const [bytes, expected] of TABLE) {
  test(`${JSON.stringify(bytes)} is ${expected}`, () => assert.is(decode(bytes), expected));
}

test('a sequence cut anywhere gives the same key', () => {
  for (const bytes of ['\x1b[1;5C', '\x1bOA', '\x1b[5~', '\x1b[200~ab\x1b[201~']) {
    for (let at = 1; at < bytes.length; at++) {
      const events = decode(bytes.slice(0, at), bytes.slice(at)).replaceAll('}{', '');
      assert.is(events, decode(bytes), JSON.stringify([bytes.slice(0, at), bytes.slice(at)]));
    }
  }
});

test('Escape waits for what may follow, and only then', () => {
  const decoder = new InputDecoder();
  assert.equal(decoder.push('\x1b'), []);
  assert.ok(decoder.pending);
  assert.is(describe(decoder.flush()), '<escape>');
  assert.not.ok(decoder.pending);
});

test('a sequence that never ends is given up, and what it held is typed', () => {
  assert.is(decode(`\x1b[${'1'.repeat(100)}`).slice(0, 8), '<escape>');
});

test('keys typed come out one for one, however the chunks are cut', () => {
  const key = fc.constantFrom(
    'a',
    'Z',
    '7',
    ' ',
    '\r',
    '\t',
    '\x7f',
    '\x01',
    '\x1b[A',
    '\x1b[1;5D',
    '\x1bOB',
    '漢',
    '😀',
  );
  fc.assert(
    fc.property(fc.array(key, { maxLength: 40 }), fc.array(fc.nat(60), { maxLength: 12 }), (keys, cuts) => {
      const bytes = keys.join('');
      const places = [...new Set(cuts.map(cut => Math.min(cut, bytes.length)))].sort((a, b) => a - b);
      const chunks = [...places, bytes.length].map((end, index) => bytes.slice(places[index - 1] ?? 0, end));
      const expected = keys.map(one => decode(one)).join('');
      assert.is(decode(...chunks), expected);
    }),
  );
});

test('whatever arrives, nothing throws and all printable text outside of sequences is kept', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 8 }), chunks => {
      decode(...chunks);
      const plain = chunks.map(chunk => chunk.replace(/[^ -~]/g, ''));
      const typed = new InputDecoder();
      const events = plain.flatMap(chunk => typed.push(chunk));
      assert.is(events.map(event => (event.kind === 'mouse' ? '' : event.text)).join(''), plain.join(''));
    }),
  );
});

test('a paste keeps every character, whatever it holds and however it is cut', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '\n', '\r', '\x1b', '[', '2', '0', '1', '~', ' '),
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, fc.nat(50), (pasted, cut) => {
      fc.pre(!pasted.includes('\x1b[201~'));
      const bytes = `\x1b[200~${pasted}\x1b[201~`;
      const decoder = new InputDecoder();
      const events = [...decoder.push(bytes.slice(0, cut)), ...decoder.push(bytes.slice(cut))];
      assert.is(events.map(event => (event.kind === 'paste' ? event.text : '?')).join(''), pasted);
    }),
  );
});

test.run();
