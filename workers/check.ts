/**
 * Entry of a checker's thread: one share of a history file.
 *
 * @module
 */
import { checkShard, type ShardResult, type ShardTask } from '../src/harness/check-shard.js';

// biome-ignore lint/style/noDefaultExport: the pool calls the default export
export default (task: ShardTask): ShardResult => checkShard(task);
