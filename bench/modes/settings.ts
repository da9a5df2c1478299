/**
 * Two settings of the config file in turn in one run: `settings idle_cores=auto idle_cores=sleep --connections 1`.
 *
 * @module
 */
import { compareInTurn, plotsOf, showComparison } from '../comparison.js';
import type { BenchFlags } from '../flags.js';
import { keepResult, say } from '../results.js';
import { type ServeOptions, settingsOf } from '../serve.js';

const NODES = 3;

/** `flags.names`: each some `key=value`, with commas between them. */
export async function benchSettings(flags: BenchFlags): Promise<void> {
  const [first, second] = flags.names;
  if (first === undefined || second === undefined) {
    say('expected two settings, such as: settings idle_cores=auto idle_cores=sleep');
    process.exitCode = 2;
    return;
  }
  const store = (setting: string, portStart: number): ServeOptions => ({
    nodes: NODES,
    durable: true,
    portStart,
    settings: settingsOf(setting),
  });
  const rows = await compareInTurn(
    store(first, flags.port),
    store(second, flags.port + NODES),
    flags.loads,
    flags,
  );
  const title = `${first} against ${second}, ${flags.connections} connections`;
  const lines = [title, ...rows.map(showComparison)];
  process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : `${lines.join('\n')}\n`);
  say(`kept in ${keepResult('settings', { title, rows }, plotsOf(rows, [first, second]))}`);
}
