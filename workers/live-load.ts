/**
 * Entry of the thread that loads a cluster and judges its answers while the terminal program runs.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import { LiveLoad, type LiveLoadOptions } from '../tui/live/live-load.js';

const port = parentPort;
if (port === null) throw new Error('this is the entry of a thread');

const load = new LiveLoad({
  ...(workerData as Omit<LiveLoadOptions, 'report'>),
  report: report => port.postMessage(report),
});
port.once('message', () => load.stop());
await load.run();
port.close();
