/**
 * The safety properties of the Raft paper's Figure 3, checked over a whole run, crashes included.
 *
 * @module
 */
import { type Entry, RaftError } from '../../src/raft/index.js';
import { jointCommitted } from '../../src/raft/quorum.js';
import type { ClusterNode } from './cluster.js';

function violated(rule: string, details: string): never {
  throw new RaftError('invariant-violated', `${rule}: ${details}`);
}

const fingerprint = (entry: Entry): string => `${entry.term}/${entry.type}/${String(entry.data)}`;

/** Term of the entry at `index` in what `node` has stored for good. */
const storedTerm = (node: ClusterNode, index: number): number | undefined => node.storage.term(index);

export class SafetyChecker {
  readonly #leaders = new Map<number, number>();
  /** What was applied at each index, by anybody. */
  readonly #applied = new Map<number, string>();
  readonly #appliedTerms = new Map<number, number>();
  readonly #commits = new Map<ClusterNode['core'], number>();
  readonly #terms = new Map<number, number>();
  /** Highest index applied anywhere. */
  highestApplied = 0;

  /** State machine safety. */
  applied(node: ClusterNode, entry: Entry): void {
    const mark = fingerprint(entry);
    const known = this.#applied.get(entry.index);
    if (known !== undefined && known !== mark) {
      violated('state machine safety', `node ${node.id}, index ${entry.index}: ${mark}, was ${known}`);
    }
    this.#applied.set(entry.index, mark);
    this.#appliedTerms.set(entry.index, entry.term);
    this.highestApplied = Math.max(this.highestApplied, entry.index);
  }

  check(nodes: readonly ClusterNode[]): void {
    for (const node of nodes) {
      if (!node.isUp) continue;
      this.#checkTerms(node);
      if (node.core.role === 'leader') this.#checkLeader(node);
      this.#checkCommit(node, nodes);
    }
  }

  #checkTerms(node: ClusterNode): void {
    const { core } = node;
    const stored = node.storage.hardState?.term ?? 0;
    const before = this.#terms.get(node.id) ?? 0;
    if (stored < before) violated('term never goes back', `node ${node.id}: ${before} to ${stored}`);
    this.#terms.set(node.id, stored);
    if (core.appliedIndex > core.commitIndex) violated('applied is committed', `node ${node.id}`);
  }

  #checkLeader(node: ClusterNode): void {
    const { core } = node;
    const known = this.#leaders.get(core.term);
    if (known === undefined) {
      this.#leaders.set(core.term, node.id);
      this.#checkCompleteness(node);
    } else if (known !== node.id) {
      violated('election safety', `term ${core.term} has leaders ${known} and ${node.id}`);
    }
  }

  /** Leader completeness, when it is elected. Its log is stored by then, but for the no-op. */
  #checkCompleteness(node: ClusterNode): void {
    for (const [index, term] of this.#appliedTerms) {
      if (index < node.storage.firstIndex()) continue;
      if (storedTerm(node, index) !== term) {
        violated('leader completeness', `leader ${node.id} of term ${node.core.term} lacks ${index}`);
      }
    }
  }

  /** Commit index counted from scratch, when a leader moves it: a quorum has the entry on disk. */
  #checkCommit(node: ClusterNode, nodes: readonly ClusterNode[]): void {
    const { commitIndex, configuration, role } = node.core;
    const before = this.#commits.get(node.core) ?? 0;
    if (commitIndex < before) violated('commit never goes back', `node ${node.id}`);
    this.#commits.set(node.core, commitIndex);
    if (role !== 'leader' || commitIndex === before || commitIndex <= this.highestApplied) return;
    const { term } = node.core;
    const byCounting = jointCommitted(configuration, {
      ackedIndex: id => {
        const other = nodes[id - 1];
        return other !== undefined && storedTerm(other, commitIndex) === term ? commitIndex : 0;
      },
    });
    if (byCounting < commitIndex) {
      violated('commit needs a quorum', `leader ${node.id} committed ${commitIndex}`);
    }
  }
}
