/**
 * Leader: thrifty replication (`thriftyBytes`). New entries leave at once for no more voters than make a majority with this node;
 * the others, which would only be later, get them with the next tick, or when enough of them wait. Committing needs the majority
 * only, and the rest is saved: wake-ups, syncs and answers of members whose acknowledgement nobody waits for (Moraru et al.,
 * "There Is More Consensus in Egalitarian Parliaments", 2013, section 6.2).
 *
 * Who is deferred is chosen at each quorum check, of those that keep up least well. The choice ends, and everyone gets
 * everything at once until the next check, as soon as there is a sign that the others do not do: a message was lost, a member did not
 * answer, the membership changes. A commit that takes unusually long makes the leader send to the deferred at once (`Raft.resend`).
 *
 * @module
 */
import type { Progress } from './progress.js';
import { majorityOf } from './quorum.js';
import { sendAppend, sendMissing } from './replication.js';
import type { RaftState } from './state.js';

/** Of all who could be deferred as many as a majority can do without; nobody while something is amiss. */
export function chooseDeferred(state: RaftState): void {
  const deferred = new Set(state.role === 'leader' ? dispensable(state) : []);
  for (const progress of state.tracker.members) progress.isDeferred = deferred.has(progress);
}

function dispensable({ config, tracker, id }: RaftState): readonly Progress[] {
  const { voters, outgoing } = tracker.configuration;
  if (config.thriftyBytes === 0 || outgoing.length > 0 || !voters.includes(id)) return [];
  const others = tracker.members.filter(member => member.id !== id && voters.includes(member.id));
  if (others.some(member => member.repeats > 0)) return [];
  const able = others.filter(isAnswering).sort((a, b) => b.match - a.match);
  return able.slice(majorityOf(voters.length) - 1);
}

const isAnswering = ({ state, unanswered, recentActive, isSpared }: Progress): boolean =>
  state === 'replicate' && unanswered < 2 && (recentActive || isSpared);

/** `bytes` of new entries are in the log. */
export function replicate(state: RaftState, bytes: number): void {
  for (const progress of state.tracker.members) {
    if (progress.id === state.id) continue;
    progress.deferredBytes += bytes;
    if (progress.isDeferred && progress.deferredBytes < state.config.thriftyBytes) continue;
    sendAppend(state, progress, true);
  }
}

/** Entries wait for the next tick. */
export const hasDeferredEntries = ({ tracker, log }: RaftState): boolean =>
  tracker.members.some(({ isDeferred, next, isPaused }) => isDeferred && next <= log.lastIndex && !isPaused);

export function sendDeferred(state: RaftState): void {
  for (const progress of state.tracker.members) if (progress.isDeferred) sendMissing(state, progress);
}

/** `progress` waits for entries itself, or others wait for it. */
export function endDeferral(state: RaftState, progress: Progress): void {
  if (!progress.isDeferred) return;
  progress.isDeferred = false;
  sendMissing(state, progress);
}

/** Until the next quorum check. */
export function endThrift(state: RaftState): void {
  for (const progress of state.tracker.members) endDeferral(state, progress);
}
