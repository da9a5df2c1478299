/**
 * What each refusal means for the node and the group, and what to do: for `raftkv repair`.
 *
 * @module
 */
import type { StorageErrorCode } from './storage-error.js';

export interface Explanation {
  readonly meaning: string;
  readonly advice: string;
  /**
   * Whether wiping the directory and rejoining under a new incarnation helps (the peers must hold a quorum).
   */
  readonly rebuildHelps: boolean;
}

const FROM_PEERS =
  'Rebuild the node from its peers: wipe its directory and let it rejoin under a new incarnation. ' +
  'A majority of the other members must be healthy.';

const DAMAGED: Explanation = {
  meaning:
    'Bytes that were durable have changed. What this node promised (votes, acknowledged entries) may be ' +
    'in them, so they are not cut away and the node does not start.',
  advice: FROM_PEERS,
  rebuildHelps: true,
};

const MISSING: Explanation = {
  meaning: 'Files or entries that were durable are gone. The node cannot know what it promised.',
  advice: `Put the missing file back if you have it. Otherwise: ${FROM_PEERS}`,
  rebuildHelps: true,
};

const CALLER: Explanation = {
  meaning: 'The files are in order; something was asked of the storage that it cannot give.',
  advice: 'Nothing needs repair.',
  rebuildHelps: false,
};

const EXPLANATIONS: Readonly<Record<StorageErrorCode, Explanation>> = {
  'log-damaged': DAMAGED,
  'snapshot-damaged': DAMAGED,
  'meta-damaged': {
    meaning: 'The file that says whose directory this is, and counts its starts, has changed.',
    advice: FROM_PEERS,
    rebuildHelps: true,
  },
  'log-gap': MISSING,
  'snapshot-missing': MISSING,
  'meta-missing': MISSING,
  'wrong-cluster': {
    meaning: 'The files belong to another cluster.',
    advice: 'Start the node with the directory that belongs to it.',
    rebuildHelps: false,
  },
  'wrong-node': {
    meaning: 'The files belong to another member, or to an earlier incarnation of this one.',
    advice: 'Start the node with the directory that belongs to it.',
    rebuildHelps: false,
  },
  'format-unknown': {
    meaning: 'The files were written by another version of the program.',
    advice: 'Start the version that wrote them, or a newer one that can read them.',
    rebuildHelps: false,
  },
  'storage-faulty': {
    meaning: 'A write or a sync failed. What the disk holds since then is unknown until it is read back.',
    advice: 'Check the disk, then restart the node: it recovers from what is really there.',
    rebuildHelps: false,
  },
  'log-compacted': CALLER,
  'log-unavailable': CALLER,
  'snapshot-misuse': CALLER,
  'storage-closed': CALLER,
};

export function explain(code: StorageErrorCode): Explanation {
  return EXPLANATIONS[code];
}
