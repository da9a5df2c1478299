/**
 * Ten minutes (or MINUTES) of the real terminal program under load: `node dist/tests/long/tui-soak.js [MINUTES]`.
 *
 * Exit code 1 when heap or handles grow by more than an hour may add.
 *
 * @module
 */
import { MOST_GROWTH_AN_HOUR, soak } from '../tui/live-soak.js';

const minutes = Number(process.argv[2] ?? '10');
const steps = 20;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const { first, last, growthAnHour, frames, header } = await soak({
  port: 8190,
  nodes: 10,
  load: 200,
  // Two minutes of samples and a thousand events are kept.
  warmUpMs: 130_000,
  stepMs: (minutes * 60_000) / steps,
  steps,
  tell: say,
});
say(header.trim());
say(`handles at first ${JSON.stringify(first.handles)}, at last ${JSON.stringify(last.handles)}`);
say(
  `resident ${Math.round(first.residentBytes / 2 ** 20)} MB, then ${Math.round(last.residentBytes / 2 ** 20)} MB`,
);
say(
  `${frames} frames in ${minutes} minutes; heap grows by ${(growthAnHour / 2 ** 20).toFixed(2)} MB an hour`,
);
const hasMoreHandles = Object.entries(last.handles).some(
  ([kind, count]) => kind !== 'Timeout' && kind !== 'Immediate' && count > (first.handles[kind] ?? 0) + 1,
);
if (growthAnHour > MOST_GROWTH_AN_HOUR || hasMoreHandles || !header.includes('ops linearizable')) {
  process.exitCode = 1;
}
