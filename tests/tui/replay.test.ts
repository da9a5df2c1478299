import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startCluster } from '../../src/index.js';
import { plainFrame } from '../../tui/compose.js';
import { drawFrame } from '../../tui/frame.js';
import { ReplayPlayer } from '../../tui/replay/recorded-cluster.js';
import { Replay } from '../../tui/replay/replay.js';
import { parseTrace, readTrace } from '../../tui/replay/trace-events.js';
import { initialState, type State } from '../../tui/state.js';
import { createTheme } from '../../tui/theme.js';
import { type Happening, update } from '../../tui/update.js';
import { SMALL_LANGUAGE } from './fixtures.js';

const test = suite('time travel');
const THEME = createTheme('mono', 0, false);

type Line = Readonly<Record<string, unknown>> & {
  readonly t: number;
  readonly node: number;
  readonly ev: string;
};

const MS = 1e6;

/** Three nodes, n1 leads in term 1, then n2 in term 2 and replaces the end of the log of n1. */
const STORY: readonly Line[] = [
  ...[0, 1, 2].map(node => ({ t: 0, node, ev: 'start', term: 0, vote: 0, last: 0, snap: 0 })),
  ...[1, 0, 2].map(node => ({ t: 100 * MS, node, ev: 'vote', term: 1, for: 2 })),
  { t: 110 * MS, node: 1, ev: 'leader', term: 1 },
  ...[0, 1, 2].map(node => ({ t: 120 * MS, node, ev: 'append', index: 1, term: 1, hash: 'a' })),
  ...[0, 1, 2].map(node => ({ t: 130 * MS, node, ev: 'commit', index: 1 })),
  { t: 140 * MS, node: 1, ev: 'append', index: 2, term: 1, hash: 'b' },
  { t: 1000 * MS, node: 1, ev: 'crash' },
  ...[2, 0].map(node => ({ t: 1500 * MS, node, ev: 'vote', term: 2, for: 3 })),
  { t: 1510 * MS, node: 2, ev: 'leader', term: 2 },
  ...[0, 2].map(node => ({ t: 1520 * MS, node, ev: 'append', index: 2, term: 2, hash: 'c' })),
  ...[0, 2].map(node => ({ t: 1530 * MS, node, ev: 'commit', index: 2 })),
  { t: 2000 * MS, node: 1, ev: 'start', term: 1, vote: 2, last: 2, snap: 0 },
  { t: 2100 * MS, node: 1, ev: 'term', term: 2 },
  { t: 2110 * MS, node: 1, ev: 'truncate', from: 2 },
  { t: 2120 * MS, node: 1, ev: 'append', index: 2, term: 2, hash: 'c' },
  { t: 2130 * MS, node: 1, ev: 'commit', index: 2 },
];

const text = (lines: readonly Line[]): string => lines.map(line => JSON.stringify(line)).join('\n');
const story = (): Replay => new Replay(parseTrace(text(STORY)));

function logsAt(replay: Replay, atMs: number): readonly string[] {
  replay.moveTo(atMs);
  return (replay.picture.status?.nodes ?? []).map(
    ({ state, raft }) => `${state} ${raft?.role} ${raft?.term}: ${raft?.tailTerms.join('')} ${raft?.commit}`,
  );
}

test('a moment shows roles, terms, logs and commits as the trace tells them', () => {
  const replay = story();
  assert.equal(logsAt(replay, 115), ['up follower 1:  0', 'up leader 1:  0', 'up follower 1:  0']);
  assert.equal(logsAt(replay, 900), ['up follower 1: 1 1', 'up leader 1: 11 1', 'up follower 1: 1 1']);
  assert.is(replay.picture.status?.leader, 1);
  assert.equal(logsAt(replay, 1200), ['up follower 1: 1 1', 'down follower 1: 11 1', 'up follower 1: 1 1']);
  assert.is(replay.picture.status?.leader, null);
  assert.equal(logsAt(replay, 2050), ['up follower 2: 12 2', 'up follower 1: 11 0', 'up leader 2: 12 2']);
  assert.equal(logsAt(replay, 9999), ['up follower 2: 12 2', 'up follower 2: 12 2', 'up leader 2: 12 2']);
});

test('going back shows exactly what was shown there on the way forward', () => {
  const moments = [0, 90, 115, 125, 900, 1200, 1505, 1525, 2050, 2115, 2130];
  const forward = story();
  const seen = moments.map(atMs => logsAt(forward, atMs));
  const back = story();
  back.moveTo(back.endMs);
  for (const at of [...moments.keys()].reverse()) {
    assert.equal(logsAt(back, moments[at] ?? 0), seen[at], `at ${moments[at]} ms`);
  }
});

test('events are stepped one by one in both directions, and told ones by themselves', () => {
  const replay = story();
  replay.moveTo(0);
  const start = replay.view(false).position;
  replay.step(1);
  assert.is(replay.view(false).position, start + 1);
  replay.step(-1);
  assert.is(replay.view(false).position, start);
  const told: string[] = [];
  for (let step = 0; step < 20; step++) {
    const before = replay.view(false).position;
    replay.stepTold(1);
    if (replay.view(false).position === before) break;
    told.push(replay.eventLines().lines.at(-1)?.text ?? '');
  }
  assert.equal(told.slice(-3), ['leads in term 2', 'started in term 1, log up to 2', told.at(-1)]);
  assert.match(told.at(-1) ?? '', 'deletes entries from 2 on');
  replay.stepTold(-1);
  assert.is(replay.eventLines().lines.at(-1)?.text, 'started in term 1, log up to 2');
});

test('what is no trace is told with its line', () => {
  for (const [bad, said] of [
    ['', 'no events'],
    ['{"t":1,"node":0,"ev":"start"}\nhello', 'line 2'],
    ['{"op":"get"}', 'line 1'],
    ['[1]', 'line 1'],
    ['null', 'line 1'],
  ] as const) {
    assert.throws(
      () => parseTrace(bad),
      (error: Error) => error.message.includes(said),
      bad,
    );
  }
});

test('the player draws its moments into the same panels and refuses commands', async () => {
  let state: State = initialState({
    facts: { store: 't.jsonl', nodes: 3, version: '0' },
    columns: 120,
    rows: 35,
  });
  const player = new ReplayPlayer(story(), (happening: Happening) => {
    ({ state } = update(state, happening, SMALL_LANGUAGE));
  });
  const screen = (): string => plainFrame(drawFrame(state, THEME, SMALL_LANGUAGE)).join('\n');
  player.moveTo(1200);
  assert.match(screen(), 'REPLAY 1.200 of 2.130 s');
  assert.match(screen(), 'NO LEADER');
  assert.match(screen(), '✖ down');
  player.move('end');
  assert.match(screen(), '★ n2');
  player.move('second-back');
  assert.match(screen(), 'REPLAY 1.130 of');
  player.move('faster');
  player.move('play');
  assert.match(screen(), '×2 playing');
  player.stop();
  const result = await player.handle().execute('kill 1');
  assert.is(result.kind, 'failed');
});

test('the trace of a real cluster ends where the cluster did', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'raftkv-replay-'));
  try {
    const traceFile = join(folder, 'trace.jsonl');
    const cluster = await startCluster({ nodes: 3, traceFile });
    for (let at = 0; at < 20; at++) await cluster.execute(`put k${at} ${at}`);
    const old = (await cluster.status()).leader ?? 0;
    await cluster.execute(`kill ${old}`);
    await cluster.execute(`wait until leader is not ${old} within 10s`);
    await cluster.execute('put after 1');
    await cluster.execute('wait 300ms');
    const status = await cluster.status();
    await cluster.stop();
    assert.ok(readFileSync(traceFile, 'utf8').length > 1000);
    const replay = new Replay(readTrace(traceFile));
    replay.moveTo(replay.endMs);
    const shown = replay.picture.status;
    assert.is(shown?.nodes.length, 3);
    assert.is(shown?.term, status.term);
    assert.is(shown?.leader, status.leader);
    assert.is(shown?.commit, status.commit);
    assert.is(shown?.nodes[old]?.state, 'down');
    const leader = status.leader ?? 0;
    const tail = (terms: readonly number[] | undefined): string => (terms ?? []).slice(-20).join(' ');
    assert.is(tail(shown?.nodes[leader]?.raft?.tailTerms), tail(status.nodes[leader]?.raft?.tailTerms));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
