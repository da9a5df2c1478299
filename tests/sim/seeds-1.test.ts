/**
 * Fifty of the hundred seeds that every test run plays; the other half runs beside them.
 *
 * @module
 */
import { test } from 'uvu';
import { playSeeds } from './play-seeds.js';

test('seeds 1 to 50 keep every invariant', () => playSeeds(1, 50));

test.run();
