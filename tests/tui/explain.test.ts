import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explainLink, explainNode } from '../../tui/explain.js';
import { type EntryContent, entryHolders, explainEntry } from '../../tui/explain-entry.js';
import { explainEvent } from '../../tui/explain-event.js';
import { explainMessage } from '../../tui/explain-message.js';
import { effectOfCutting, effectOfLosing, reachableVoters } from '../../tui/quorum-effect.js';
import { textWidth, wrap } from '../../tui/text.js';
import { eventsOf, messageOf, NOW_MS, type StatusOptions, stateWith, statusOf } from './fixtures.js';

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

const CONTENT: EntryContent = {
  index: 1284,
  term: 7,
  type: 'normal',
  bytes: 90,
  origin: 1,
  timeMs: NOW_MS,
  commands: [
    ['set', 'user:42', 'ada lovelace'],
    ['incr', 'n'],
  ],
  more: 3,
};

/** Lines about one entry, in one text. */
function entryText(node: number, index: number, options: StatusOptions, content = CONTENT): string {
  const told = { kind: 'told', by: 1, content } as const;
  const text = explainEntry({ node, index }, statusOf(options), told);
  return text === null ? '' : `${text.title}\n${text.lines.join('\n')}`;
}

test('a committed entry says what it asks for, who has it, and that it stays', () => {
  const text = entryText(1, 1284, { down: [4] });
  assert.match(text, 'Entry 1284 of term 7, in the log of n1');
  assert.match(text, 'holds 5 commands of clients of n1');
  assert.match(text, '\n  SET user:42 "ada lovelace"\n  INCR n\n  … and 3 more\n');
  assert.match(text, 'It is committed: a majority, 3 of 5');
  assert.match(text, 'It is on n0, n1, n2, n3.');
  const empty = entryText(1, 1284, {}, { index: 1284, term: 7, type: 'normal', bytes: 0 });
  assert.match(empty, 'the entry with which the leader of term 7 began');
});

test('an entry on too few nodes says how many are missing, and who could send it', () => {
  const behind = { lastIndex: 1283, commit: 1283 };
  const raft = { 0: behind, 1: behind, 2: { commit: 1283 }, 3: behind, 4: behind };
  const text = entryText(2, 1284, { raft });
  assert.match(text, 'It is not committed: it is on 1 of 3 nodes needed (n2)');
  assert.match(text, 'The leader n2 sends it to the others');
});

test('an entry of an older term on a majority says why counting does not commit it', () => {
  const tailTerms = [6, 6];
  const older = { lastIndex: 1284, lastTerm: 6, commit: 1282, tailTerms };
  const raft = { 0: older, 1: older, 2: { ...older, term: 7 }, 3: older, 4: older };
  assert.match(entryText(2, 1284, { raft }), 'though it is on 5 of 3 nodes needed');
  assert.match(entryText(2, 1284, { raft }), 'figure 8 of the paper');
});

test('an entry that is not the leader’s says how much of the log contradicts', () => {
  const raft = { 3: { term: 5, lastIndex: 1284, lastTerm: 5, commit: 1281, tailTerms: [7, 5, 5, 5] } };
  const text = entryText(3, 1283, { raft });
  assert.match(text, 'The leader n2 has one of term 7 there');
  assert.match(text, 'It contradicts what is committed');
  assert.match(text, 'Entries 1282 to 1284 of n3 never stood on a majority');
  assert.match(text, 'the leader will have them replaced');
  assert.equal(entryHolders({ node: 3, index: 1283 }, statusOf({ raft })), [3]);
  assert.equal(entryHolders({ node: 1, index: 1283 }, statusOf({ raft, down: [4] })), [1, 0, 2]);
  assert.is(explainEntry({ node: 3, index: 2000 }, statusOf(), { kind: 'asking' }), null);
});

test('where nothing is committed yet, an entry of a newer term than the leader’s may still win', () => {
  const older = { lastIndex: 1284, lastTerm: 6, commit: 1283, tailTerms: [6, 6] };
  const newer = { lastIndex: 1284, lastTerm: 7, term: 7, commit: 1283, tailTerms: [6, 7] };
  const raft = { 0: older, 1: older, 2: { ...older, term: 8 }, 3: newer, 4: older };
  const text = entryText(3, 1284, { term: 8, raft });
  assert.match(text, 'nothing is committed there yet. The leader n2 has one of term 6 there');
  assert.match(text, 'n3 can still win an election, and then its own stands');
  assert.match(entryText(0, 1284, { term: 8, raft }), 'a node whose log ends in a newer term could win');
});

function messageText(
  at: number,
  messages: readonly ReturnType<typeof messageOf>[],
  options: StatusOptions = {},
) {
  const message = messages[at];
  if (message === undefined) return '';
  const view = { link: { from: 2, to: 3 }, messages, epochMs: NOW_MS, problem: '' };
  return explainMessage(message, view, statusOf(options)).lines.join('\n');
}

test('a message says what it is for, and what was answered', () => {
  const append = messageOf(1, 2, 3, 'AppendEntries', {
    prevLogIndex: 1281,
    prevLogTerm: 7,
    entries: 3,
    commit: 1280,
  });
  const older = messageOf(2, 3, 2, 'AppendEntriesReply', { index: 1281, reject: false });
  const reply = messageOf(3, 3, 2, 'AppendEntriesReply', { index: 1284, reject: false });
  const text = messageText(0, [append, older, reply]);
  assert.match(text, 'sends 3 entries of its log: 1282 to 1284');
  assert.match(text, 'only if its log has entry 1281 of term 7');
  assert.match(text, 'It was delivered.');
  assert.match(text, 'Answered 2.0 ms later: n3 tells the leader n2 that its log agrees up to entry 1284');
  assert.match(messageText(0, [append, older]), 'No answer to it has been seen so far');
  const refused = messageOf(2, 3, 2, 'AppendEntriesReply', {
    index: 1281,
    reject: true,
    hintIndex: 1200,
    hintTerm: 6,
  });
  assert.match(messageText(1, [append, refused]), 'fits at most up to 1200 of term 6');
});

test('a lost message says why, and that it has no answer', () => {
  const lost = (fate: 'drop' | 'filter' | 'node-down' | 'held', options: StatusOptions = {}): string =>
    messageText(0, [{ ...messageOf(1, 2, 3, 'Heartbeat', { commit: 1284 }), fate }], options);
  assert.match(lost('drop', { drops: [[2, 3, 1]] }), 'It was lost: the link from n2 to n3 is cut');
  assert.match(lost('drop', { drops: [[2, 3, 0.6]] }), 'loses each message with probability .6');
  assert.match(lost('filter'), 'the link lets no Heartbeat pass');
  assert.match(lost('node-down'), 'n3 was down');
  assert.match(lost('node-down'), 'So it has no answer');
  assert.match(lost('held'), 'the link delays it');
});

test('a vote refused says for whom it was given, or whose log is longer', () => {
  const ask = messageOf(1, 3, 1, 'RequestVote', { term: 8, lastLogIndex: 1201, lastLogTerm: 6 });
  const no = messageOf(2, 1, 3, 'RequestVoteReply', { term: 8, reject: true });
  const votes = { 1: { term: 8, vote: 4 } };
  assert.match(messageText(0, [ask, no], { raft: votes }), 'In term 8 it has voted for n4 already');
  const logs = { 1: { term: 8, vote: null }, 3: { lastIndex: 1201, lastTerm: 6 } };
  assert.match(
    messageText(0, [ask, no], { raft: logs }),
    'that of n3 at 1201 of term 6: entries might be lost',
  );
});

test('a line of the events says what such a thing means', () => {
  const events = eventsOf(
    ['fault', 3, 'lost Heartbeat 3 → 2 (drop), and 17 others before it'],
    ['election', 1, 'campaigns in term 8'],
    ['fault', 4, 'paused'],
  );
  const status = statusOf({ drops: [[3, 2, 0.6]], events });
  const text = (at: number): string => {
    const line = stateWith([status]).events.lines[at];
    return line === undefined ? '' : explainEvent(line, status).lines.join('\n');
  };
  assert.match(
    text(0),
    'A Heartbeat from n3 did not reach n2: the link loses each message with probability .6',
  );
  assert.match(text(0), 'asks for an election. 17 more were lost');
  assert.match(text(1), 'n1 had not heard of a leader');
  assert.match(text(2), 'keeps its memory and what it believes');
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
