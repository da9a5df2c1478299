/** @module When a leader sends again: after longer than a commit usually takes, then ever more rarely. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ResendTimer } from '../../src/node/resend-timer.js';
import type { Role } from '../../src/raft/ready.js';

const setUp = () => {
  const raft = { role: 'leader' as Role, term: 1, commitIndex: 1, lastIndex: 1 };
  return { raft, timer: new ResendTimer(raft) };
};

/** Commits that take so long, one after another. */
function commits({ raft, timer }: ReturnType<typeof setUp>, times: number, tookMs: number): void {
  for (let i = 0; i < times; i++) {
    raft.lastIndex += 1;
    assert.not(timer.isDue(i * 1000));
    raft.commitIndex += 1;
    timer.isDue(i * 1000 + tookMs);
  }
}

/** How long it waits from an append at time 0. */
const patience = ({ raft, timer }: ReturnType<typeof setUp>): number => {
  raft.lastIndex += 1;
  timer.isDue(0);
  return timer.dueMs;
};

test('with nothing to commit nothing is due', () => {
  const { raft, timer } = setUp();
  assert.not(timer.isDue(5));
  assert.is(timer.dueMs, Number.POSITIVE_INFINITY);
  raft.lastIndex += 1;
  timer.isDue(5);
  assert.ok(timer.dueMs < 100);
  raft.commitIndex += 1;
  timer.isDue(6);
  assert.is(timer.dueMs, Number.POSITIVE_INFINITY);
});

test('only a leader sends again', () => {
  const { raft, timer } = setUp();
  raft.lastIndex += 1;
  raft.role = 'follower';
  assert.not(timer.isDue(0));
  assert.is(timer.dueMs, Number.POSITIVE_INFINITY);
});

test('patience follows what commits usually take', () => {
  const quick = setUp();
  commits(quick, 50, 1);
  const slow = setUp();
  commits(slow, 50, 40);
  const [quickMs, slowMs] = [patience(quick), patience(slow)];
  assert.ok(quickMs >= 2 && quickMs < 4, `${quickMs} ms`);
  assert.ok(slowMs >= 40 && slowMs < 80, `${slowMs} ms`);
});

test('each try without a commit waits twice as long, and a commit begins anew', () => {
  const setup = setUp();
  commits(setup, 50, 4);
  const { raft, timer } = setup;
  let nowMs = patience(setup);
  const first = nowMs;
  const waits: number[] = [];
  for (let i = 0; i < 3; i++) {
    assert.not(timer.isDue(nowMs - 0.5));
    assert.ok(timer.isDue(nowMs));
    waits.push((timer.dueMs - nowMs) / first);
    nowMs = timer.dueMs;
  }
  assert.equal(waits, [2, 4, 8]);
  raft.lastIndex += 1;
  raft.commitIndex += 1;
  assert.not(timer.isDue(nowMs));
  assert.ok(Math.abs(timer.dueMs - nowMs - first) < 1e-6, 'what was sent again is no sample');
});

test('a commit that is under way when leadership ends is no sample for the next reign', () => {
  const setup = setUp();
  commits(setup, 50, 4);
  const { raft, timer } = setup;
  const usual = patience(setup);
  raft.role = 'follower';
  timer.isDue(1);
  raft.role = 'leader';
  raft.term += 1;
  raft.commitIndex = raft.lastIndex;
  timer.isDue(5000);
  assert.is(patience({ raft, timer }), usual);
});

test.run();
