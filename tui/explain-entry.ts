/**
 * One entry of one log in words: what it asks for, whether it is committed and why, who has it, and what contradicts it.
 *
 * @module
 */
import type { ClusterStatus, NodeStatus } from '../src/runtime/status.js';
import type { Explanation } from './explain.js';
import { clockTime, grouped } from './format.js';
import { termAt } from './log-terms.js';
import { printable } from './text.js';

export interface EntryAt {
  readonly node: number;
  readonly index: number;
}

/** What a node says of an entry it holds (`debug entry:INDEX NODE`). */
export interface EntryContent {
  readonly index: number;
  readonly term: number;
  readonly type: string;
  readonly bytes: number;
  /** Of a batch of clients: the node they are connected to. */
  readonly origin?: number;
  readonly timeMs?: number;
  readonly commands?: readonly (readonly string[])[];
  readonly more?: number;
  /** Of a change of the membership. */
  readonly operations?: readonly { readonly kind: string; readonly node: number }[];
}

/** What is known of the content: it is asked for, was told by a node, or cannot be had. */
export type EntryKnowledge =
  | { readonly kind: 'asking' }
  | { readonly kind: 'told'; readonly by: number; readonly content: EntryContent }
  | { readonly kind: 'unknown'; readonly why: string };

function names(nodes: readonly NodeStatus[]): string {
  return nodes.map(({ node }) => `n${node}`).join(', ');
}

function commandText(words: readonly string[]): string {
  const [name = '', ...args] = words;
  const quoted = args.map(arg => (/^[\w:.+@/-]+$/.test(arg) ? arg : `"${printable(arg)}"`));
  return [name.toUpperCase(), ...quoted].join(' ');
}

const OPERATIONS: Readonly<Record<string, string>> = {
  'add-voter': 'becomes a voter',
  'add-learner': 'becomes a learner, which gets the log and does not vote',
  remove: 'is removed',
  update: 'is updated',
};

function contentLines(knowledge: EntryKnowledge, term: number): readonly string[] {
  if (knowledge.kind === 'asking') return ['What it asks for: being read …'];
  if (knowledge.kind === 'unknown') return [`What it asks for cannot be read: ${knowledge.why}.`];
  const { type, bytes, origin, timeMs, commands, more = 0, operations } = knowledge.content;
  if (type !== 'normal') {
    const changes = (operations ?? []).map(({ kind, node }) => `n${node} ${OPERATIONS[kind] ?? kind}`);
    return [
      changes.length === 0
        ? 'It completes a change of the membership.'
        : `It changes the membership: ${changes.join(', ')}.`,
    ];
  }
  if (bytes === 0) {
    return [
      `It asks for nothing: it is the entry with which the leader of term ${term} began. Once it is committed, so is all before it.`,
    ];
  }
  if (commands === undefined) return [`It holds ${grouped(bytes)} bytes.`];
  if (commands.length === 0)
    return ['It only moves the time of the store on, so that keys expire everywhere alike.'];
  const count = commands.length + more;
  const head = `It holds ${count === 1 ? 'one command' : `${grouped(count)} commands`} of clients of n${origin ?? '?'}${timeMs ? `, taken at ${clockTime(timeMs)}` : ''}:`;
  const rest = more > 0 ? [`  … and ${grouped(more)} more`] : [];
  return [head, ...commands.map(words => `  ${commandText(words)}`), ...rest];
}

interface Standing {
  readonly status: ClusterStatus;
  readonly index: number;
  readonly term: number;
  readonly node: NodeStatus;
  /** Nodes whose log has this entry, in this term. */
  readonly holders: readonly NodeStatus[];
  readonly leader: NodeStatus | undefined;
  /** The highest commit index any node knows of. */
  readonly commit: number;
}

function standingOf({ node: at, index }: EntryAt, status: ClusterStatus): Standing | null {
  const node = status.nodes[at];
  const term = node === undefined ? null : termAt(node, index);
  if (node === undefined || term === null) return null;
  const voters = status.nodes.filter(({ state }) => state !== 'removed');
  return {
    status,
    index,
    term,
    node,
    // What a node has cut off behind its snapshot was committed, so it is the same.
    holders: voters.filter(other => {
      const found = termAt(other, index);
      return found === term || (found === null && (other.raft?.snapshotIndex ?? 0) >= index);
    }),
    leader: status.leader === null ? undefined : status.nodes[status.leader],
    commit: Math.max(0, ...status.nodes.map(({ raft }) => raft?.commit ?? 0)),
  };
}

/** Another entry has been committed at the index: this one is lost for good. */
function isSuperseded({ status, index, term }: Standing): boolean {
  return status.nodes.some(other => {
    const found = termAt(other, index);
    return (other.raft?.commit ?? 0) >= index && found !== null && found !== term;
  });
}

/** The term of the leader's own entry there, when that is another one. */
function leadersTerm({ index, term, leader }: Standing): number | null {
  const leading = leader === undefined ? null : termAt(leader, index);
  return leading === term ? null : leading;
}

/** First and last index of the part of the log that is not the leader's. */
function conflictRange({ node, leader, index }: Standing): readonly [number, number] {
  let first = index;
  if (leader !== undefined) {
    for (let at = index - 1; at > 0; at--) {
      const own = termAt(node, at);
      const theirs = termAt(leader, at);
      if (own === null || theirs === null || own === theirs) break;
      first = at;
    }
  }
  return [first, node.raft?.lastIndex ?? index];
}

function conflictLines(standing: Standing): readonly string[] {
  const { node, leader, term } = standing;
  const [first, last] = conflictRange(standing);
  const isOne = first === last;
  const range = isOne ? `Entry ${first}` : `Entries ${first} to ${last}`;
  const theirs = leadersTerm(standing);
  const leading =
    leader === undefined || theirs === null
      ? ''
      : ` The leader n${leader.node} has one of term ${theirs} there.`;
  const safe = `${range} of n${node.node} never stood on a majority in ${isOne ? 'its' : 'their'} own term, so nobody was told that ${isOne ? 'it was' : 'they were'} safe`;
  if (isSuperseded(standing)) {
    return [
      `It contradicts what is committed.${leading} ${safe}: the leader will have ${isOne ? 'it' : 'them'} replaced.`,
    ];
  }
  return [
    `It contradicts the leader, and nothing is committed there yet.${leading} ${safe}. As long as n${leader?.node ?? '?'} leads and reaches n${node.node}, it has ${isOne ? 'it' : 'them'} replaced${term > (theirs ?? 0) ? `; but with a log that ends in the newer term n${node.node} can still win an election, and then its own stands` : ''}.`,
  ];
}

function openLines({ status, index, term, holders, leader }: Standing): readonly string[] {
  const { quorum } = status;
  const on = `it is on ${holders.length} of ${quorum} nodes needed (${names(holders)})`;
  if (holders.length < quorum) {
    const hope =
      leader === undefined
        ? 'There is no leader who would send it to others.'
        : termAt(leader, index) === term
          ? `The leader n${leader.node} sends it to the others until they have it.`
          : `The leader n${leader.node} does not have it.`;
    return [`It is not committed: ${on}. ${hope}`];
  }
  if (leader?.raft != null && term < leader.raft.term) {
    return [
      `It is not committed, though ${on}: it is of the older term ${term}, and a leader commits by counting only entries of its own term ${leader.raft.term} (figure 8 of the paper). With the first of those it is committed too; until then a node whose log ends in a newer term could win and replace it.`,
    ];
  }
  return [
    `It is on a majority (${names(holders)}) and about to be committed: the leader waits for their answers.`,
  ];
}

function commitLines(standing: Standing): readonly string[] {
  const { status, node, index, holders, commit } = standing;
  if (isSuperseded(standing) || leadersTerm(standing) !== null) return conflictLines(standing);
  if (index > commit) return openLines(standing);
  const known = status.nodes.filter(({ raft }) => (raft?.commit ?? 0) >= index);
  const lines = [
    `It is committed: a majority, ${status.quorum} of ${status.nodes.length}, had it on their disks, so every later leader has it. No fault can take it back. It is on ${names(holders)}.`,
  ];
  if ((node.raft?.commit ?? 0) < index) {
    lines.push(`n${node.node} does not know that yet; ${names(known)} do${known.length === 1 ? 'es' : ''}.`);
  } else if ((node.raft?.applied ?? 0) < index) {
    lines.push(`n${node.node} has not applied it to its store yet.`);
  }
  return lines;
}

/** Null: the node does not report such an entry. */
export function explainEntry(
  at: EntryAt,
  status: ClusterStatus,
  knowledge: EntryKnowledge,
): Explanation | null {
  const standing = standingOf(at, status);
  if (standing === null) return null;
  const { term, index, node } = standing;
  const title = `Entry ${index} of term ${term}, in the log of n${node.node}`;
  return { title, lines: [...contentLines(knowledge, term), '', ...commitLines(standing)] };
}

/** Who can be asked what the entry holds: by index and term it is the same entry wherever it is. The node itself first. */
export function entryHolders({ node: at, index }: EntryAt, status: ClusterStatus): readonly number[] {
  const node = status.nodes[at];
  const term = node === undefined ? null : termAt(node, index);
  if (term === null) return [];
  const holders = status.nodes.filter(other => other.state === 'up' && termAt(other, index) === term);
  return holders.map(other => other.node).sort((a, b) => Number(b === at) - Number(a === at));
}
