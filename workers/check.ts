/**
 * Entry of a checker's thread: one share of a history file, or the lost writes of a whole one.
 *
 * @module
 */
import { checkShard, type ShardResult, type ShardTask } from '../src/harness/check-shard.js';
import { findLostWrites, type LostWrite } from '../src/harness/lost-writes.js';

// biome-ignore lint/style/noDefaultExport: the pool calls the default export
export default (task: ShardTask): ShardResult => checkShard(task);

export const lostWrites = (path: string): readonly LostWrite[] => findLostWrites(path);
