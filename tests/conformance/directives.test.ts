/** Directives and forms that the recorded traces happen not to use. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { APPEND_THREAD, EMPTY_DATA, type Ready, raftId } from '../../src/raft/index.js';
import { parseCases } from './datadriven.js';
import { formatEntry, formatMessage, formatReady } from './etcd/format.js';
import { InteractionFile } from './etcd/interaction.js';

const directives = suite('trace directives');

/** Runs directives (an input follows `|`) and gives the outputs. */
function run(...lines: readonly string[]): readonly string[] {
  const file = new InteractionFile();
  return lines.map(line => {
    const [directive = '', input = ''] = line.split('|');
    const [test] = parseCases(`${directive}\n${input}\n----\n`);
    if (test === undefined) throw new Error(`no directive: ${line}`);
    return file.run(test);
  });
}

const last = (outputs: readonly string[]): string => outputs.at(-1) ?? '';
const THREE = 'add-nodes 3 voters=(1,2,3) index=2';

directives('tick-election campaigns once the set timeout has passed', () => {
  const output = run(THREE, 'set-randomized-election-timeout 1 timeout=3', 'tick-election 1', 'raft-state');
  assert.match(last(output), /^1: StateCandidate \(Voter\) Term:1 Lead:0\n2: StateFollower/);
});

directives('report-unreachable sends a replicating follower back to probing', () => {
  const output = run(THREE, 'campaign 1', 'stabilize log-level=none', 'report-unreachable 1 2', 'status 1');
  assert.is(
    last(output),
    '1: StateReplicate match=3 next=4\n2: StateProbe match=3 next=4\n3: StateReplicate match=3 next=4\n',
  );
});

directives('send-snapshot prints and sends the newest snapshot of the sender', () => {
  const output = run(
    'add-nodes 2 voters=(1,2) index=2 content=abc',
    'add-nodes 1 learners=(3) index=5',
    'send-snapshot 3 1',
    'deliver-msgs 1',
  );
  const message =
    '3->1 MsgSnap Term:0 Log:0/0\n  Snapshot: Index:5 Term:1 ConfState:Voters:[] VotersOutgoing:[] Learners:[3] LearnersNext:[] AutoLeave:false\n';
  assert.is(output[2], message);
  assert.is(output[3], message);
});

directives('errors are what the directive prints', () => {
  assert.is(last(run(THREE, 'propose 1 x')), 'raft proposal dropped\n');
  assert.is(last(run(THREE, 'compact 1 2')), 'requested index is unavailable due to compaction\n');
  assert.is(last(run('nonsense 1')), 'unknown command\n');
  assert.is(last(run('add-nodes 1 voters=(1)')), 'index must be specified as > 1 due to bootstrap\n');
  assert.is(last(run(THREE, 'propose-conf-change 1 transition=odd|v2')), 'unknown transition odd\n');
  assert.is(last(run(THREE, 'propose-conf-change 1 odd=1|v2')), 'unknown command odd\n');
  const v1 = 'v1 conf change can only have one operation and no transition\n';
  assert.is(last(run(THREE, 'propose-conf-change 1 v1=true|v2 v3')), v1);
  assert.is(last(run(THREE, 'propose-conf-change 1 v1=true transition=explicit|v2')), v1);
  assert.is(last(run('log-level odd')), 'log levels must be either of [DEBUG INFO WARN ERROR FATAL NONE]\n');
});

directives('at log level none only errors print', () => {
  const output = run('log-level NONE', THREE, 'raft-state', 'propose 1 x', 'log-level debug', 'raft-log 1');
  assert.equal(output, [
    'ok\n',
    'ok\n',
    'ok\n',
    'raft proposal dropped\n',
    'ok\n',
    'log is empty: first index=3, last index=2\n',
  ]);
});

directives('a snapshot to a node that is no member in it is ignored and answered', () => {
  const output = run('add-nodes 1 voters=(1) index=9', 'add-nodes 1', 'send-snapshot 1 2', 'stabilize 2');
  assert.match(last(output), '2->1 MsgAppResp Term:0 Log:0/0');
});

directives('messages to nodes that are not there yet wait for them', () => {
  const output = run(
    'add-nodes 1 voters=(1,2) index=2',
    'campaign 1',
    'process-ready 1',
    'deliver-msgs 2',
    'add-nodes 1 voters=(1,2) index=2',
    'deliver-msgs 2',
  );
  assert.is(output[3], 'no messages\n');
  assert.is(output[5], '1->2 MsgVote Term:1 Log:1/2\n');
});

directives('dropping spares what a node says to itself', () => {
  const output = run(
    'add-nodes 1 voters=(1,2) index=2 async-storage-writes=true',
    'campaign 1',
    'process-ready 1',
    'process-append-thread 1',
    'deliver-msgs drop=(1,2)',
    'deliver-msgs 1',
  );
  assert.is(output[4], 'dropped: 1->2 MsgVote Term:1 Log:1/2\n');
  assert.is(output[5], '1->1 MsgVoteResp Term:1 Log:0/0\n');
});

directives('threads without work say so', () => {
  const output = run(
    'add-nodes 1 async-storage-writes=true',
    'process-append-thread 1',
    'process-apply-thread 1',
  );
  assert.equal(output.slice(1), ['no append work to perform\n', 'no apply work to perform\n']);
});

directives('a message is printed with all its parts, indented', () => {
  const confState = {
    voters: [raftId(1), raftId(2)],
    outgoing: [raftId(1)],
    learners: [raftId(3)],
    learnersNext: [],
    autoLeave: true,
  };
  const snapshot = { index: 9, term: 1, confState };
  const text = formatMessage({
    type: 'StorageAppend',
    from: raftId(10),
    to: APPEND_THREAD,
    term: 1,
    entries: [],
    hardState: { term: 1, vote: raftId(0), commit: 9 },
    snapshot,
    responses: [
      {
        type: 'StorageAppendReply',
        from: APPEND_THREAD,
        to: raftId(10),
        term: 1,
        index: 0,
        logTerm: 0,
        snapshot,
      },
    ],
  });
  const printed =
    'Snapshot: Index:9 Term:1 ConfState:Voters:[1 2] VotersOutgoing:[1] Learners:[3] LearnersNext:[] AutoLeave:true';
  assert.is(
    text,
    `a->AppendThread MsgStorageAppend Term:1 Log:0/0 Commit:9\n  ${printed} Responses:[\n` +
      `  AppendThread->a MsgStorageAppendResp Term:1 Log:0/0\n    ${printed}\n]`,
  );
});

directives('data is quoted, read states show bytes', () => {
  const data = new TextEncoder().encode('a"b\\c\n');
  assert.is(formatEntry({ index: 2, term: 1, type: 'normal', data }), '1/2 EntryNormal "a\\"b\\\\c\\n"');
  assert.is(
    formatEntry({ index: 2, term: 1, type: 'conf-change-v2', data: EMPTY_DATA }),
    '1/2 EntryConfChangeV2',
  );
  const ready: Ready = {
    softState: null,
    hardState: null,
    readStates: [{ index: 7, context: 'ab' }],
    entries: [],
    snapshot: null,
    committedEntries: [],
    messages: [],
    mustSync: false,
  };
  assert.is(formatReady(ready), 'Ready MustSync=false:\nReadStates [{7 [97 98]}]\n');
});

directives.run();
