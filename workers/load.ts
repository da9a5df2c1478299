/**
 * Entry of a load's thread: some of its clients.
 *
 * @module
 */
import { type LoadTask, runLoad } from '../src/harness/load-task.js';

// biome-ignore lint/style/noDefaultExport: the pool calls the default export
export default (task: LoadTask): Promise<void> => runLoad(task);
