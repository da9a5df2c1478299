/**
 * The scenes of the tour, in their order.
 *
 * @module
 */
import { ELECTION } from './election.js';
import { MINORITY_LEADER } from './minority-leader.js';
import { OLD_TERM } from './old-term.js';
import { REPLICATION } from './replication.js';
import { SNAPSHOT } from './snapshot.js';
import { SPLIT_VOTE } from './split-vote.js';
import type { Scene } from './stage.js';

export const SCENES: readonly Scene[] = [
  ELECTION,
  SPLIT_VOTE,
  REPLICATION,
  MINORITY_LEADER,
  OLD_TERM,
  SNAPSHOT,
];

export const SCENE_NAMES: readonly string[] = SCENES.map(scene => scene.name);

/** Null: no scene has this name. */
export function sceneNamed(name: string): Scene | null {
  return SCENES.find(scene => scene.name === name) ?? null;
}
