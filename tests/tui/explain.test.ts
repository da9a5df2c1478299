import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explainLink, explainNode } from '../../tui/explain.js';
import { effectOfCutting, effectOfLosing, reachableVoters } from '../../tui/quorum-effect.js';
import { textWidth, wrap } from '../../tui/text.js';
import { type StatusOptions, statusOf } from './fixtures.js';

const test = suite('explanations and effects');

function explain(node: number, options: StatusOptions): string {
  const status = statusOf(options);
  const found = status.nodes[node];
  return found === undefined ? '' : explainNode(found, status).lines.join('\n');
}

test('a node whose log is behind cannot win, and it says against whom', () => {
  const text = explain(3, { raft: { 3: { lastIndex: 1201, lastTerm: 6 } } });
  assert.match(text, 'cannot win an election now: its log ends at entry 1201 of term 6');
  assert.match(text, 'n0, n1, n2, n4 have more; only 1 would vote for it, 3 are needed');
});

test('a candidate with votes says whose it has', () => {
  const text = explain(1, { leader: null, raft: { 1: { role: 'candidate', votesGranted: [1, 4] } } });
  assert.match(text, 'has those of n1, n4, 2 of 3 needed');
});

test('a leader that is not the majority’s says so', () => {
  assert.match(explain(0, { raft: { 0: { role: 'leader', term: 6 } } }), 'not the leader of the majority');
});

test('a node that is cut off says what it cannot do', () => {
  const drops = [1, 2, 3, 4].flatMap(to => [[0, to, 1] as const, [to, 0, 1] as const]);
  assert.match(explain(0, { drops }), 'reaches 1 of 5 nodes');
  assert.match(explain(0, { drops }), 'can neither lead nor commit');
});

test('a link says what becomes of its messages', () => {
  const status = statusOf({
    drops: [
      [0, 1, 0.6],
      [1, 0, 1],
    ],
  });
  const text = (index: number): string => {
    const link = status.links[index];
    return link === undefined ? '' : explainLink(link, status).lines.join('\n');
  };
  assert.match(text(1), 'dropped with probability .6');
  assert.match(text(1), '1 to 0 loses 1');
  assert.match(text(5), 'The link is cut');
  assert.match(text(0), 'does not send messages to itself');
});

test('reachable voters count both directions and running nodes only', () => {
  assert.is(reachableVoters(statusOf()), 5);
  assert.is(reachableVoters(statusOf({ down: [4] })), 4);
  assert.is(
    reachableVoters(
      statusOf({
        nodes: 3,
        leader: 0,
        drops: [
          [0, 1, 1],
          [0, 2, 1],
          [1, 2, 1],
        ],
      }),
    ),
    1,
  );
  assert.is(
    reachableVoters(statusOf({ nodes: 3, leader: 0, drops: [[0, 1, 1]] })),
    3,
    'node 2 still reaches both',
  );
});

test('a quorum can only be lost where there is one', () => {
  assert.equal(effectOfLosing(statusOf({ down: [3, 4] }), [0]), {
    before: 3,
    after: 2,
    quorum: 3,
    losesQuorum: true,
  });
  assert.not.ok(effectOfLosing(statusOf({ down: [4] }), [0]).losesQuorum);
  assert.not.ok(effectOfLosing(statusOf({ leader: null, down: [2, 3, 4] }), [0]).losesQuorum);
  const two = statusOf({ nodes: 2, leader: 0 });
  assert.ok(effectOfCutting(two, [{ from: 0, to: 1 }]).losesQuorum);
});

test('lines are wrapped at words and never wider than asked', () => {
  assert.equal(wrap('one two three', 7), ['one two', 'three']);
  assert.equal(wrap('', 7), ['']);
  for (const line of wrap('漢字 '.repeat(9) + 'x'.repeat(50), 11)) assert.ok(textWidth(line) <= 11, line);
});

test.run();
