/**
 * The checker against brute force on many random histories of every model.
 *
 * Usage: `node dist/tests/long/check-fuzz.js [HISTORIES OF EACH MODEL] [SEED]` (default 100000, 1).
 *
 * @module
 */
import { compareWithBruteForce, MODEL_NAMES } from '../harness/random-histories.js';

const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 1);

for (const model of MODEL_NAMES) {
  const bad = compareWithBruteForce(model, count, seed);
  process.stdout.write(
    `${model}: ${count} histories, ${bad} of them not linearizable, all as brute force says\n`,
  );
}
