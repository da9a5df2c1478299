/**
 * Fifty of the hundred seeds that every test run plays; the other half runs beside them.
 *
 * @module
 */
import { test } from 'uvu';
import { playSeeds } from './play-seeds.js';

test('seeds 51 to 100 keep every invariant', () => playSeeds(51, 100));

test.run();
