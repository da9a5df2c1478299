/**
 * Arguments of `add-nodes`.
 *
 * @module
 */
import { type RaftId, raftId, type Snapshot } from '../../../src/raft/index.js';
import { type Argument, booleanOf, firstValueOf, integer, valuesOf } from '../datadriven.js';
import { DirectiveError, type NodeSettings } from './node.js';

export const ELECTION_TICKS = 3;
export const HEARTBEAT_TICKS = 1;
const NO_LIMIT = Number.POSITIVE_INFINITY;

function idsOf(args: readonly Argument[], key: string): readonly RaftId[] {
  const values = valuesOf(args, key) ?? [];
  return values.filter(value => value !== '').map(value => raftId(integer(value)));
}

function numberOf(args: readonly Argument[], key: string, fallback: number): number {
  const value = firstValueOf(args, key);
  return value === undefined ? fallback : integer(value);
}

function bootstrapOf(args: readonly Argument[]): Snapshot | null {
  const voters = idsOf(args, 'voters');
  const learners = idsOf(args, 'learners');
  const index = numberOf(args, 'index', 0);
  const hasContent = (firstValueOf(args, 'content') ?? '') !== '';
  const isBare = voters.length === 0 && learners.length === 0 && index === 0 && !hasContent;
  if (isBare) return null;
  if (index <= 1) throw new DirectiveError('index must be specified as > 1 due to bootstrap');
  const confState = { voters, learners, outgoing: [], learnersNext: [], autoLeave: false };
  return { index, term: 1, confState };
}

export function parseSettings(args: readonly Argument[]): NodeSettings {
  return {
    bootstrap: bootstrapOf(args),
    electionTicks: ELECTION_TICKS,
    heartbeatTicks: HEARTBEAT_TICKS,
    // Outputs do not depend on what is drawn.
    drawElectionTimeout: () => 2 * ELECTION_TICKS - 1,
    asyncStorageWrites: booleanOf(args, 'async-storage-writes', false),
    preVote: booleanOf(args, 'prevote', false),
    checkQuorum: booleanOf(args, 'checkquorum', false),
    readOnly: firstValueOf(args, 'read-only') === 'lease-based' ? 'lease-based' : 'safe',
    maxInflightMessages: numberOf(args, 'inflight', NO_LIMIT),
    maxCommittedBytesPerReady: numberOf(args, 'max-committed-size-per-ready', NO_LIMIT),
    disableConfChangeValidation: booleanOf(args, 'disable-conf-change-validation', false),
    stepDownOnRemoval: booleanOf(args, 'step-down-on-removal', false),
  };
}
