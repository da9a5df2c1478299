/** The short form of the crash test: a few kills, one data directory, one linearizable history. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkLinearizable } from '../../src/harness/check.js';
import { runCrashRounds } from '../helpers/crash-rounds.js';
import { workspace } from '../helpers/serve.js';

const PORT = 9440;
const NODES = 3;
const ROUNDS = 5;
const crashes = suite('crashes under load');

crashes('killed at random points: what was acknowledged stays, what was refused never appears', async () => {
  const place = workspace(NODES, PORT);
  try {
    const result = await runCrashRounds({ place, portStart: PORT, nodes: NODES, rounds: ROUNDS, seed: 11 });
    assert.ok(result.outcomes.done > 25, JSON.stringify(result.outcomes));
    const { verdict, violations } = checkLinearizable(result.history);
    assert.is(verdict, 'linearizable', violations.map(({ explanation }) => explanation).join('\n'));
  } finally {
    place.remove();
  }
});

crashes.run();
