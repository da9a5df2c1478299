/**
 * `quorum/`: committed index and outcome of votes, with the picture of who acknowledged what.
 *
 * @module
 */
import { type RaftId, raftId } from '../../../src/raft/index.js';
import { jointCommitted, jointVote, type VoterHalves } from '../../../src/raft/quorum.js';
import { type Case, firstValueOf, integer, valuesOf } from '../datadriven.js';

const UNKNOWN = '_';

function idsOf(values: readonly string[] | undefined): readonly RaftId[] {
  const ids = (values ?? []).filter(value => value !== '').map(value => raftId(integer(value)));
  return [...new Set(ids)];
}

function halvesOf(test: Case): VoterHalves {
  const voters = idsOf(valuesOf(test.args, 'cfg'));
  const isZero = firstValueOf(test.args, 'cfgj') === 'zero';
  return { voters, outgoing: isZero ? [] : idsOf(valuesOf(test.args, 'cfgj')) };
}

/** Gives the values to the ids in the order they are written, each id once. */
function assign(halves: VoterHalves, values: readonly string[]): ReadonlyMap<RaftId, string> {
  const ids = new Set([...halves.voters, ...halves.outgoing]);
  const given = values.filter(value => value !== '');
  if (given.length !== ids.size) throw new Error(`${ids.size} ids, but ${given.length} values`);
  return new Map([...ids].map((id, at) => [id, given[at] ?? UNKNOWN]));
}

/** Length of the bar of each id: how many ids are strictly behind it. */
function bars(indexes: ReadonlyMap<RaftId, number>): ReadonlyMap<RaftId, number> {
  const order = [...indexes].sort(([a, x], [b, y]) => x - y || a - b);
  const lengths = new Map<RaftId, number>();
  let length = 0;
  let previous = order[0]?.[1] ?? 0;
  order.forEach(([id, index], at) => {
    if (index > previous) length = at;
    previous = index;
    lengths.set(id, length);
  });
  return lengths;
}

function picture(acked: ReadonlyMap<RaftId, number | undefined>): string {
  const count = acked.size;
  if (count === 0) return '<empty majority quorum>';
  const lengths = bars(new Map([...acked].map(([id, index]) => [id, index ?? 0])));
  const rows = [...acked]
    .sort(([a], [b]) => a - b)
    .map(([id, index]) => {
      const length = lengths.get(id) ?? 0;
      const bar =
        index === undefined ? `?${' '.repeat(count)}` : `${'x'.repeat(length)}>${' '.repeat(count - length)}`;
      return `${bar} ${String(index ?? 0).padStart(5)}    (id=${id.toString(16)})\n`;
    });
  return `${' '.repeat(count + 4)}idx\n${rows.join('')}`;
}

function committed(test: Case): string {
  const halves = halvesOf(test);
  const values = assign(halves, valuesOf(test.args, 'idx') ?? []);
  const acked = new Map(
    [...values].map(([id, value]) => [id, value === UNKNOWN ? undefined : integer(value)]),
  );
  const index = jointCommitted(halves, { ackedIndex: id => acked.get(id) });
  return `${picture(acked)}${index === Number.POSITIVE_INFINITY ? '∞' : index}\n`;
}

const OUTCOMES = { won: 'VoteWon', lost: 'VoteLost', pending: 'VotePending' } as const;
const VOTES: Readonly<Record<string, boolean>> = { y: true, n: false };

function vote(test: Case): string {
  const halves = halvesOf(test);
  const values = assign(halves, valuesOf(test.args, 'votes') ?? []);
  return `${OUTCOMES[jointVote(halves, id => VOTES[values.get(id) ?? UNKNOWN])]}\n`;
}

export function runQuorumCase(test: Case): string {
  switch (test.command) {
    case 'committed':
      return committed(test);
    case 'vote':
      return vote(test);
    default:
      throw new Error(`unknown directive: ${test.command}`);
  }
}
