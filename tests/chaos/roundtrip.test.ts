/**
 * Properties of the grammar: what is printed parses to the same, and no text does worse than a coded error.
 *
 * @module
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Action } from '../../src/chaos/action.js';
import { COMMAND_NAMES, usageOf } from '../../src/chaos/command-table.js';
import { MEASURES, OPERATORS, ROLE_WORDS, STATE_WORDS } from '../../src/chaos/condition.js';
import { parse } from '../../src/chaos/parse.js';
import { print } from '../../src/chaos/print.js';
import { lineOfArguments, quoteBytes } from '../../src/chaos/quote.js';
import { FAULT_KINDS } from '../../src/chaos/random-fault.js';
import type { NodePick } from '../../src/chaos/selector.js';
import { CommandSyntaxError } from '../../src/chaos/syntax-error.js';
import { tokenize } from '../../src/chaos/tokenizer.js';
import { WORKLOAD_WORDS } from '../../src/chaos/workload.js';
import { MESSAGE_KINDS } from '../../src/node/frame.js';

const test = suite('command grammar, properties');
const NODES = 7;
const CONTEXT = { nodes: NODES, names: new Set(['a', 'b']) };

const bytes = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 })
  .map(codes => String.fromCharCode(...codes));
const word = fc.oneof(bytes, fc.constantFrom('missing', 'not', 'within', 'a|b', 'x;y', '#', "'", '\\'));
const nodeNumber = fc.integer({ min: 0, max: NODES - 1 });
const pick: fc.Arbitrary<NodePick> = fc.oneof(
  nodeNumber.map(node => ({ kind: 'node' as const, node })),
  fc.constantFrom('leader', 'follower', 'random').map(kind => ({ kind }) as NodePick),
  fc.constantFrom('a', 'b').map(name => ({ kind: 'name' as const, name })),
);
const picks = fc.uniqueArray(pick, { minLength: 1, maxLength: 4, selector: p => JSON.stringify(p) });
const end = fc.option(pick);
const ends = fc
  .record({ from: end, to: end })
  .filter(({ from, to }) => !(from?.kind === 'node' && to?.kind === 'node' && from.node === to.node));
const probability = fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs);
const ms = fc.integer({ min: 1, max: 86_400_000 }).map(value => value / 1000);
const nodeSet = fc.oneof(
  picks.map(list => ({ kind: 'picks' as const, picks: list })),
  fc.constantFrom('all', 'followers').map(kind => ({ kind })),
  fc.integer({ min: 1, max: NODES }).map(count => ({ kind: 'random-count' as const, count })),
);
const operand = fc.oneof(fc.nat(), fc.constant({ name: 'a' }));

const condition = fc.oneof(
  fc.constantFrom('leader-exists', 'no-leader', 'converged', 'hashes-equal').map(kind => ({ kind })),
  fc.record({ kind: fc.constant('leader-is'), node: pick, negated: fc.boolean() }),
  fc.record({
    kind: fc.constant('node-is'),
    node: pick,
    word: fc.constantFrom(...ROLE_WORDS, ...STATE_WORDS),
    negated: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('compare'),
    measure: fc.constantFrom(...MEASURES.filter(measure => measure !== 'up')),
    node: end,
    operator: fc.constantFrom(...OPERATORS),
    operand,
  }),
  fc.record({ kind: fc.constantFrom('available', 'unavailable'), via: end }),
  fc.record({
    kind: fc.constant('value'),
    key: word,
    value: fc.option(word),
    negated: fc.boolean(),
  }),
);

const kv = fc.oneof(
  fc.record({ kind: fc.constant('put'), key: word, value: word }),
  fc.record({ kind: fc.constantFrom('get', 'del', 'incr'), key: word }),
  fc.record({ kind: fc.constant('cas'), key: word, old: word, new: word }),
  fc.record({ kind: fc.constant('scan'), prefix: word }),
);

const groups = fc
  .shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: NODES })
  .chain(order => fc.tuple(fc.constant(order), fc.integer({ min: 1, max: NODES })))
  .map(([order, cut]) =>
    [order.slice(0, cut), order.slice(cut)]
      .filter(group => group.length > 0)
      .map(group => group.map(node => ({ kind: 'node', node }))),
  );

const matrix = fc.array(fc.array(probability, { minLength: NODES, maxLength: NODES }), {
  minLength: NODES,
  maxLength: NODES,
});

const simple: fc.Arbitrary<unknown> = fc.oneof(
  kv,
  fc.record({ kind: fc.constant('via'), node: pick, action: kv }),
  fc.constantFrom('show-matrix', 'reset', 'ring', 'status', 'record-stop').map(kind => ({ kind })),
  fc.record({ kind: fc.constant('matrix'), rows: matrix }),
  fc.tuple(ends, probability).map(([link, drop]) => ({ kind: 'edit', ...link, drop })),
  fc
    .tuple(ends, ms, fc.oneof(fc.constant(0), ms))
    .map(([link, delayMs, jitterMs]) => ({ kind: 'delay', ...link, delayMs, jitterMs })),
  fc
    .tuple(fc.constantFrom('duplicate', 'reorder'), ends, probability)
    .map(([kind, link, p]) => ({ kind, ...link, probability: p })),
  fc.tuple(ends, fc.boolean()).map(([link, on]) => ({ kind: 'clog', ...link, on })),
  fc
    .tuple(ends, fc.constantFrom(...MESSAGE_KINDS), fc.boolean())
    .map(([link, message, on]) => ({ kind: 'filter', ...link, message, on })),
  fc
    .oneof(
      groups.map(list => ({ kind: 'groups', groups: list })),
      picks.map(list => ({ kind: 'groups', groups: [list] })),
      fc.constantFrom('leader', 'majority', 'minority', 'random').map(kind => ({ kind })),
      fc.integer({ min: 1, max: NODES }).map(nodes => ({ kind: 'count', nodes })),
    )
    .map(shape => ({ kind: 'partition', shape })),
  fc.record({ kind: fc.constant('isolate'), nodes: nodeSet }),
  fc.record({ kind: fc.constant('bridge'), node: end }),
  fc.record({ kind: fc.constant('heal'), nodes: fc.option(nodeSet) }),
  fc.record({
    kind: fc.constantFrom('kill', 'revive', 'restart', 'pause', 'resume'),
    nodes: nodeSet,
  }),
  fc.record({
    kind: fc.constant('clock'),
    node: pick,
    offsetMs: fc.integer({ min: -86_400_000, max: 86_400_000 }),
    rate: fc.double({ min: 0, max: 100, noNaN: true }).map(Math.abs),
  }),
  fc.record({
    kind: fc.constant('disk'),
    node: pick,
    fault: fc.oneof(
      fc.constantFrom('ok', 'full', 'eio').map(kind => ({ kind })),
      ms.map(delayMs => ({ kind: 'slow', delayMs })),
    ),
  }),
  fc.record({
    kind: fc.constant('add'),
    node: pick,
    host: fc.option(fc.constantFrom('10.0.0.3', 'two words')),
  }),
  fc.record({ kind: fc.constantFrom('remove', 'transfer', 'snapshot'), node: pick }),
  fc.record({
    kind: fc.constant('debug'),
    variable: fc.constantFrom('all', 'log', '#', 'a b'),
    node: end,
  }),
  fc.record({ kind: fc.constant('wait'), durationMs: ms }),
  fc.record({ kind: fc.constant('wait-until'), condition, withinMs: ms }),
  fc.record({
    kind: fc.constant('expect'),
    condition,
    limit: fc.option(fc.record({ kind: fc.constantFrom('within', 'for'), ms })),
  }),
  fc.record({
    kind: fc.constant('random'),
    faults: fc.uniqueArray(fc.constantFrom(...FAULT_KINDS), { minLength: 1 }),
    everyMs: ms,
    forMs: ms,
  }),
  fc.record({ kind: fc.constant('seed'), seed: fc.integer({ min: 0, max: 4_294_967_295 }) }),
  fc.record({
    kind: fc.constant('let'),
    name: fc.constantFrom('a', 'b', 'c1'),
    value: fc.oneof(
      pick,
      fc.constantFrom('term', 'commit').map(measure => ({ kind: 'measure', measure })),
    ),
  }),
  fc.constantFrom('linearizable', 'nothing-lost').map(kind => ({
    kind: 'expect',
    condition: { kind },
    limit: null,
  })),
  fc.record({
    kind: fc.constant('workload'),
    settings: fc.record({
      workloads: fc.oneof(
        fc.constant(WORKLOAD_WORDS),
        fc.uniqueArray(fc.constantFrom(...WORKLOAD_WORDS), { minLength: 1, maxLength: 4 }),
      ),
      clients: fc.integer({ min: 1, max: 1_000 }),
      rate: fc.option(fc.integer({ min: 1, max: 1_000_000 })),
      readShare: probability,
    }),
  }),
  fc.constant({ kind: 'workload-stop' }),
  fc.record({ kind: fc.constantFrom('record', 'upload'), path: fc.constantFrom('a', 'x y', 'stop') }),
);

/** Plain objects: those of `fc.record` have no prototype. */
const action = fc
  .oneof(
    simple,
    simple.map(inner => ({ kind: 'try', action: inner })),
  )
  .map(made => JSON.parse(JSON.stringify(made)) as Action);

test('print, then parse, gives the same action', () => {
  fc.assert(
    fc.property(action, wanted => {
      assert.equal(parse(print(wanted), CONTEXT), wanted);
    }),
    { numRuns: 5000 },
  );
});

test('a quoted word is one word of the same bytes', () => {
  fc.assert(
    fc.property(word, value => {
      const tokens = tokenize(quoteBytes(value));
      assert.equal(
        tokens.map(token => token.bytes),
        [value],
      );
    }),
    { numRuns: 5000 },
  );
});

test('separate arguments become one line of the same words', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 2, maxLength: 5 }), words => {
      assert.equal(
        tokenize(lineOfArguments(words)).map(token => token.bytes),
        words,
      );
    }),
    { numRuns: 5000 },
  );
});

test('a single argument is the whole line', () => {
  assert.is(lineOfArguments(['put a "b c"']), 'put a "b c"');
  assert.is(lineOfArguments(['put \xc3\xa9 1']), 'put é 1');
});

const onlyCodedErrors = (line: string): void => {
  try {
    const parsed = parse(line, CONTEXT);
    if (parsed !== null) assert.equal(parse(print(parsed), CONTEXT), parsed);
  } catch (error) {
    if (!(error instanceof CommandSyntaxError)) throw error;
    assert.ok(error.column >= 1 && error.column <= line.length + 1, `${line}: ${error.message}`);
    assert.ok(error.expected.length > 0 && error.found.length > 0, `${line}: ${error.message}`);
  }
};

test('any text parses or is refused with a place in it', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), onlyCodedErrors), { numRuns: 5000 });
});

test('any sequence of the words of the language does so too', () => {
  const words = [
    ...new Set(COMMAND_NAMES.flatMap(name => usageOf(name).flatMap(usage => usage.split(' ')))),
    ...['0', '6', '7', '*', '|', ';', ',', '0,1', '$a', '$z', '0.5', '2s', '10ms', 'leader', 'random'],
    ...['until', 'within', 'for', 'is', 'not', 'no', 'value', 'of', 'missing', '>=', '"a b"', '"', '='],
  ];
  const line = fc
    .array(fc.constantFrom(...words), { maxLength: 9 })
    .chain(list => fc.constantFrom(list.join(' '), list.join('')));
  const started = fc.tuple(fc.constantFrom(...COMMAND_NAMES), line).map(parts => parts.join(' '));
  fc.assert(fc.property(started, onlyCodedErrors), { numRuns: 20_000 });
});

test.run();
