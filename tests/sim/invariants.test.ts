/**
 * Each invariant fires on a trace made by hand that breaks it, and keeps quiet on one that does not.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TraceEvent } from '../../src/node/trace.js';
import { Invariants, type RecoveredLog } from '../../src/sim/invariants.js';
import { Violation, type ViolationKind } from '../../src/sim/violation.js';

const VOTERS = [0, 1, 2];
const EMPTY: RecoveredLog = { base: 0, snapshotIndex: 0, entries: [] };
/** Node n's first identity. */
const idOf = (node: number): number => node + 1;

/** Writes a trace, one step after the other. */
class Story {
  readonly #invariants = new Invariants(
    () => 1234,
    () => VOTERS,
  );

  observe(node: number, event: TraceEvent): this {
    this.#invariants.observe(node, event);
    return this;
  }

  start(node: number, { term = 0, vote = 0, found = EMPTY } = {}): this {
    this.#invariants.recovered(node, found);
    return this.observe(node, {
      ev: 'start',
      term,
      vote,
      last: found.entries.length,
      snap: found.snapshotIndex,
    });
  }

  startAll(): this {
    for (const node of VOTERS) this.start(node);
    return this;
  }

  term(node: number, term: number): this {
    return this.observe(node, { ev: 'term', term });
  }

  vote(node: number, term: number, candidate: number): this {
    return this.observe(node, { ev: 'vote', term, for: idOf(candidate) });
  }

  /** With the votes of nodes 0 to `votes` - 1. */
  elect(node: number, term: number, electors: readonly number[] = VOTERS): this {
    for (const elector of electors) this.term(elector, term).vote(elector, term, node);
    return this.observe(node, { ev: 'leader', term });
  }

  turnEnded(node: number): this {
    this.#invariants.turnEnded(node);
    return this;
  }

  append(node: number, index: number, term: number, hash = 'a'): this {
    return this.observe(node, { ev: 'append', index, term, hash });
  }

  ack(node: number, index: number, term: number): this {
    return this.observe(node, { ev: 'ack', index, term });
  }

  commit(node: number, index: number): this {
    return this.observe(node, { ev: 'commit', index });
  }

  apply(node: number, index: number, term: number, seq: number | null = null, hash = 'a'): this {
    const client = seq === null ? null : '1.1';
    return this.observe(node, { ev: 'apply', index, term, hash, client, seq, effect: seq !== null });
  }

  forget(node: number): this {
    this.#invariants.forget(node);
    return this;
  }
}

/** Node 0 leads in term 1; all have entry 1, committed by node 0. */
const committed = (): Story => {
  const story = new Story().startAll().elect(0, 1);
  for (const node of VOTERS) story.append(node, 1, 1).ack(node, 1, 1);
  return story.commit(0, 1);
};

const BROKEN: readonly (readonly [ViolationKind, string, (story: Story) => void, Story?])[] = [
  [
    'election-safety',
    'two leaders in a term',
    story => story.startAll().elect(0, 1).observe(1, { ev: 'leader', term: 1 }),
  ],
  ['election-not-durable', 'a leader with too few durable votes', story => story.startAll().elect(0, 1, [1])],
  ['vote-changed', 'two votes in a term', story => story.startAll().vote(2, 1, 0).vote(2, 1, 1)],
  [
    'vote-changed',
    'another vote after a restart',
    story =>
      story
        .startAll()
        .vote(2, 1, 0)
        .start(2, { term: 1, vote: idOf(1) }),
  ],
  ['vote-changed', 'no vote after a restart', story => story.startAll().vote(2, 1, 0).start(2, { term: 1 })],
  [
    'term-went-back',
    'a lower term after a restart',
    story => story.startAll().vote(2, 3, 0).start(2, { term: 2 }),
  ],
  [
    'leader-append-only',
    'a leader truncates its log',
    story => story.startAll().elect(0, 1).append(0, 1, 1).observe(0, { ev: 'truncate', from: 1 }),
  ],
  [
    'log-matching',
    'same index and term, other entry',
    story => story.startAll().append(0, 1, 1, 'a').append(1, 1, 1, 'b'),
  ],
  [
    'log-matching',
    'same entry behind other entries',
    story => story.startAll().append(0, 1, 1).append(0, 2, 2).append(1, 1, 2, 'b').append(1, 2, 2),
  ],
  ['log-matching', 'a gap', story => story.startAll().append(0, 1, 1).append(0, 3, 1)],
  [
    'leader-completeness',
    'a leader without what is committed',
    story => {
      committed();
      story.startAll().elect(0, 1);
      for (const node of [0, 1]) story.append(node, 1, 1).ack(node, 1, 1);
      story.commit(0, 1).elect(2, 2).turnEnded(2);
    },
  ],
  [
    'state-machine-safety',
    'other entries committed at an index',
    story => {
      story.startAll().elect(0, 1);
      for (const node of [0, 1]) story.append(node, 1, 1).ack(node, 1, 1);
      story.commit(0, 1).append(2, 1, 2, 'b').commit(2, 1);
    },
  ],
  [
    'state-machine-safety',
    'something is applied that was never committed',
    story => story.startAll().append(1, 1, 1).apply(1, 1, 1),
  ],
  [
    'state-machine-safety',
    'a snapshot of what was never committed',
    story => story.startAll().observe(1, { ev: 'install', index: 7, term: 1, state: 's' }),
  ],
  [
    'commit-not-durable',
    'a commit that is on one disk only',
    story => story.startAll().elect(0, 1).append(0, 1, 1).append(1, 1, 1).ack(0, 1, 1).commit(0, 1),
  ],
  [
    'commit-not-durable',
    'an acknowledgement of entries that were replaced meanwhile does not count',
    story => {
      story.startAll().elect(0, 2).append(0, 1, 2).ack(0, 1, 2);
      story.append(1, 1, 1).term(1, 2).observe(1, { ev: 'truncate', from: 1 }).append(1, 1, 2);
      story.ack(1, 1, 1).commit(0, 1);
    },
  ],
  ['commit-went-back', 'a lower commit index', story => story.startAll().commit(1, 5).commit(1, 4)],
  [
    'committed-entry-truncated',
    'a node truncates what it knows to be committed',
    story => story.startAll().append(1, 1, 1).commit(1, 1).observe(1, { ev: 'truncate', from: 1 }),
  ],
  [
    'acknowledged-entry-lost',
    'an acknowledged entry is gone after a restart',
    story => story.startAll().term(1, 1).append(1, 1, 1).ack(1, 1, 1).start(1, { term: 1 }),
  ],
  [
    'acknowledged-entry-lost',
    'an acknowledged entry is another after a restart',
    story => {
      const found = { base: 0, snapshotIndex: 0, entries: [{ index: 1, term: 1, hash: 'b' }] };
      story.startAll().term(1, 1).append(1, 1, 1, 'a').ack(1, 1, 1).start(1, { term: 1, found });
    },
  ],
];

for (const [kind, what, tell] of BROKEN) {
  test(`${kind}: ${what}`, () => {
    try {
      tell(new Story());
      assert.unreachable('nothing was noticed');
    } catch (error) {
      assert.instance(error, Violation, String(error));
      if (error instanceof Violation) {
        assert.is(error.kind, kind, error.message);
        assert.is(error.atMs, 1234);
      }
    }
  });
}

const AFTER_COMMIT: readonly (readonly [ViolationKind, string, (story: Story) => void])[] = [
  [
    'committed-entry-truncated',
    'another node truncates what is committed',
    story => story.observe(2, { ev: 'truncate', from: 1 }),
  ],
  ['applied-out-of-order', 'an index is left out', story => story.apply(0, 2, 1)],
  ['applied-out-of-order', 'an index is applied again', story => story.apply(0, 1, 1).apply(0, 1, 1)],
  [
    'state-machine-safety',
    'another entry is applied than was committed',
    story => story.apply(0, 1, 1, null, 'b'),
  ],
  [
    'applied-twice',
    'a batch takes effect at two indexes',
    story => {
      for (const node of VOTERS) story.append(node, 2, 1).ack(node, 2, 1);
      story.commit(0, 2).apply(0, 1, 1, 9).apply(0, 2, 1, 9);
    },
  ],
  [
    'state-differs',
    'two states at one index',
    story =>
      story
        .observe(0, { ev: 'state', index: 1, state: 'x' })
        .observe(1, { ev: 'snapshot', index: 1, state: 'y' }),
  ],
  [
    'state-differs',
    'a snapshot installs another state than others had',
    story =>
      story
        .observe(0, { ev: 'state', index: 1, state: 'x' })
        .observe(1, { ev: 'install', index: 1, term: 1, state: 'y' }),
  ],
];

for (const [kind, what, tell] of AFTER_COMMIT) {
  test(`${kind}: ${what}`, () => {
    const story = committed();
    try {
      tell(story);
      assert.unreachable('nothing was noticed');
    } catch (error) {
      assert.ok(error instanceof Violation, String(error));
      if (error instanceof Violation) assert.is(error.kind, kind, error.message);
    }
  });
}

test('a life without faults breaks nothing', () => {
  const story = committed().apply(0, 1, 1, 1).commit(1, 1).apply(1, 1, 1, 1);
  // Node 2 writes what nobody else has, and loses it to the next leader.
  story.append(2, 2, 1, 'lost').elect(1, 2).turnEnded(1).append(1, 2, 2).ack(1, 2, 2);
  story.observe(2, { ev: 'truncate', from: 2 }).append(2, 2, 2).ack(2, 2, 2).commit(1, 2).apply(1, 2, 2, 2);
  story.observe(1, { ev: 'state', index: 2, state: 's' });
  // Node 0 comes back with what it acknowledged, and gets the rest as a snapshot.
  const found = { base: 0, snapshotIndex: 0, entries: [{ index: 1, term: 1, hash: 'a' }] };
  story.start(0, { term: 2, vote: idOf(1), found });
  story.observe(0, { ev: 'install', index: 2, term: 2, state: 's' });
});

test('a leader of an earlier term, elected late, need not have what a later one committed', () => {
  const story = new Story().startAll();
  for (const node of VOTERS) story.term(node, 1).vote(node, 1, 2);
  for (const node of [0, 1]) story.term(node, 2).vote(node, 2, 0);
  story.observe(0, { ev: 'leader', term: 2 });
  for (const node of [0, 1]) story.append(node, 1, 2).ack(node, 1, 2);
  story.commit(0, 1).observe(2, { ev: 'leader', term: 1 }).turnEnded(2);
});

test('what was never acknowledged may be lost', () => {
  new Story().startAll().term(1, 1).append(1, 1, 1).start(1, { term: 0 });
});

test('a new identity is not bound by the promises of the one before', () => {
  new Story().startAll().vote(2, 3, 0).append(2, 1, 1).ack(2, 1, 1).forget(2).start(2);
});

test.run();
