/**
 * A thread that takes frames and, like the router, passes them on to nobody: the other end of a measured hop.
 *
 * @module
 */
import { parentPort } from 'node:worker_threads';

let taken = 0;
parentPort?.on('message', (message: unknown) => {
  if (message === 'count') parentPort?.postMessage(taken);
  else taken += 1;
});
