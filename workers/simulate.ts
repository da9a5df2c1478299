/**
 * Entry of a simulation thread: one seed a task.
 *
 * @module
 */
export { runSeed } from '../src/sim/seed-report.js';
