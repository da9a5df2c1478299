/**
 * Whose files must be whole before a node is rebuilt: the voters', as the logs have them, not as many as there are folders.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import { nodeIndex, raftIdOf } from '../../src/node/peer-id.js';
import { type ConfChangeKind, encodeConfChange } from '../../src/raft/conf-change.js';
import { EMPTY_DATA, type Entry } from '../../src/raft/entry.js';
import { NONE } from '../../src/raft/ids.js';
import { DataDirectory } from '../../src/runtime/data-directory.js';
import { planRepair } from '../../src/runtime/repair-node.js';
import { NodeStorage } from '../../src/storage/node-storage.js';
import { RealDisk } from '../../src/storage/real-disk.js';

const repairs = suite('members of a repair');
const FOUNDERS = 3;
const idOf = (node: number) => raftIdOf(nodeIndex(node), 0);

/** What happened to the membership, and up to which of these changes it is committed. */
interface History {
  readonly changes: readonly (readonly [ConfChangeKind, number])[];
  readonly committed: number;
  /** Nodes that `cluster.json` knows beyond the founders. */
  readonly added: readonly number[];
}

let path: string;

repairs.before.each(() => {
  path = mkdtempSync(join(tmpdir(), 'raftkv-repair-'));
});
repairs.after.each(() => rmSync(path, { recursive: true, force: true }));

/** A stopped cluster whose nodes all have the same log. */
function makeCluster({ changes, committed, added }: History): void {
  const directory = DataDirectory.open(path, FOUNDERS);
  for (const node of added) directory.addNode(node);
  const voters = Array.from({ length: FOUNDERS }, (_, node) => idOf(node));
  const entries = changes.map(
    ([kind, node], at): Entry => ({
      index: at + 2,
      term: 1,
      type: 'conf-change-v2',
      data: encodeConfChange({ transition: 'auto', operations: [{ kind, id: idOf(node) }] }),
    }),
  );
  for (const { node } of directory.nodes) {
    const storage = NodeStorage.open(new RealDisk(directory.nodeDirectory(node)), {
      clusterId: directory.clusterId,
      node,
      incarnation: 0,
      raftId: idOf(node),
      initialMembers: { voters, outgoing: [], learners: [], learnersNext: [], autoLeave: false },
    });
    const first: Entry = { index: 1, term: 1, type: 'normal', data: EMPTY_DATA };
    storage.append([first, ...entries], { term: 1, vote: NONE, commit: 1 + committed }, error =>
      assert.equal(error, null),
    );
    storage.close();
    directory.markStarted(node);
  }
}

function damage(...nodes: readonly number[]): void {
  for (const node of nodes) {
    const folder = join(path, `node-${node}`);
    const file = join(folder, readdirSync(folder).find(name => name.startsWith('wal-')) ?? '');
    const bytes = readFileSync(file);
    bytes[155] = (bytes[155] ?? 0) ^ 0x11;
    writeFileSync(file, bytes);
  }
}

const LEARNERS: History = {
  changes: [
    ['add-learner', 3],
    ['add-learner', 4],
  ],
  committed: 2,
  added: [3, 4],
};

repairs('nodes that are joining have no vote: with most voters damaged they do not make a majority', () => {
  makeCluster(LEARNERS);
  damage(0, 1);
  const { objection, voters, quorum, peers } = planRepair(path, 0);
  assert.equal(objection?.code, 'quorum-at-risk');
  assert.match(
    objection?.message ?? '',
    /2 other members must be whole.*only 1 are; not whole, or not here: 1$/,
  );
  assert.deepEqual([...voters, quorum], [0, 1, 2, 2]);
  assert.deepEqual(
    peers.map(({ node, isVoter }) => (isVoter ? node : -node)),
    [1, 2, -3, -4],
  );
});

repairs('nor do they stand in the way when their files are damaged', () => {
  makeCluster(LEARNERS);
  damage(0, 3, 4);
  assert.equal(planRepair(path, 0).objection, null);
});

repairs('a node that was removed counts no more, though the directory has not noted that yet', () => {
  makeCluster({
    changes: [
      ['add-voter', 3],
      ['remove', 3],
    ],
    committed: 2,
    added: [3],
  });
  damage(0, 3);
  const plan = planRepair(path, 0);
  assert.equal(plan.objection, null);
  assert.deepEqual(plan.voters, [0, 1, 2]);
});

repairs('a change that may or may not have been committed must be safe either way', () => {
  makeCluster({ changes: [['add-voter', 3]], committed: 0, added: [3] });
  damage(0);
  assert.equal(planRepair(path, 0).objection, null);
  damage(3);
  const { objection, voters } = planRepair(path, 0);
  assert.match(objection?.message ?? '', /3 other members must be whole.*only 2 are/);
  assert.deepEqual(voters, [0, 1, 2]);
});

repairs('where no peer is whole nobody is rebuilt', () => {
  makeCluster({ changes: [], committed: 0, added: [] });
  damage(0, 1, 2);
  assert.equal(planRepair(path, 0).objection?.code, 'quorum-at-risk');
});

repairs.run();
