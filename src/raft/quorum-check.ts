/**
 * Leader: once per election timeout, whether a quorum was heard from (dissertation 6.2), and who has to answer for the next time.
 *
 * Usually everyone is asked by the first heartbeat after a check. With `spareAnswers` no more members are asked than make a majority
 * with this node: of those heard from since the last check some are spared, so nobody is for longer. Who is spared does not count.
 * When somebody who was asked has not answered half way to the next check, everyone is asked: a lost majority is noticed as soon.
 *
 * @module
 */
import { NONE } from './ids.js';
import type { Progress } from './progress.js';
import { majorityOf } from './quorum.js';
import { becomeFollower } from './roles.js';
import type { RaftState } from './state.js';
import { chooseDeferred } from './thrift.js';

/** Heartbeats in a window with fewer could not ask everyone in its second half. */
const HEARTBEATS_IN_WINDOW = 4;

/** Steps down if no quorum was heard from since the last check. */
export function checkQuorum(state: RaftState): void {
  if (!state.tracker.isQuorumActive()) becomeFollower(state, state.term, NONE);
  chooseDeferred(state);
  const spared = new Set(state.role === 'leader' ? dispensable(state) : []);
  for (const progress of state.tracker.members) {
    progress.isSpared = spared.has(progress);
    if (progress.id !== state.id) progress.recentActive = false;
  }
}

/** Half way to the next check. */
export function askEveryoneIfNeeded(state: RaftState): void {
  const { electionElapsed, config, tracker, id } = state;
  if (electionElapsed !== Math.floor(config.electionTicks / 2)) return;
  const isComplete = tracker.members.every(
    member => member.id === id || member.isSpared || member.recentActive,
  );
  if (isComplete) return;
  for (const progress of tracker.members) progress.isSpared = false;
}

/** Those who answered, as many as a majority can do without; while a membership change is under way nobody. */
function dispensable({ config, tracker, id }: RaftState): readonly Progress[] {
  const { voters, outgoing } = tracker.configuration;
  const isFrequent = config.electionTicks >= HEARTBEATS_IN_WINDOW * config.heartbeatTicks;
  if (!config.spareAnswers || !isFrequent || outgoing.length > 0) return [];
  const others = tracker.members.filter(member => member.id !== id && voters.includes(member.id));
  const present = others.filter(member => member.recentActive || member.isSpared).length;
  const own = voters.includes(id) ? 1 : 0;
  const spare = present + own - majorityOf(voters.length);
  return spare <= 0 ? [] : others.filter(member => member.recentActive).slice(0, spare);
}
