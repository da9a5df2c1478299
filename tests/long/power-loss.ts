/**
 * The long form of the crash test: the real process is killed at random points under load at least 100 times on one data
 * directory. Takes some minutes. `node dist/tests/long/power-loss.js [ROUNDS] [SEED]`
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { checkLinearizable, formatOperation } from '../../src/harness/check.js';
import { runCrashRounds } from '../helpers/crash-rounds.js';
import { workspace } from '../helpers/serve.js';

const PORT = 9450;
const NODES = 3;
const rounds = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

say(`${rounds} kills, seed ${seed}`);
// Snapshots and rotation shall be hit too, so they come often.
const place = workspace(NODES, PORT, ['snapshot_entries: 300']);
const startedAt = performance.now();
const result = await runCrashRounds({
  place,
  portStart: PORT,
  nodes: NODES,
  rounds,
  seed,
  onRound: (round, operations) => {
    if ((round + 1) % 10 === 0) {
      say(
        `  ${round + 1} kills, ${operations} operations, ${Math.round((performance.now() - startedAt) / 1000)} s`,
      );
    }
  },
});
const { done, refused, unknown } = result.outcomes;
say(`${done} operations done, ${refused} refused, ${unknown} of unknown outcome`);
const { verdict, violations } = checkLinearizable(result.history);
say(`${verdict === 'linearizable' ? '✓' : '✗'} the history is ${verdict}`);
for (const { explanation } of violations) say(explanation);
if (verdict === 'linearizable') {
  place.remove();
} else {
  const file = `${place.folder}/history.jsonl`;
  writeFileSync(file, `${result.history.map(formatOperation).join('\n')}\n`);
  say(`data and history are kept in ${place.folder}`);
  process.exitCode = 1;
}
