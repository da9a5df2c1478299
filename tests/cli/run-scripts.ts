/**
 * Runs scripts in this process, several against one cluster.
 *
 * @module
 */
import { runScript, type ScriptReport } from '../../src/chaos/run-script.js';
import { parseScript } from '../../src/chaos/script.js';
import type { Cluster } from '../../src/index.js';

/** Runs the lines as a script against a cluster that is there already. */
export const runLines = (cluster: Cluster, nodes: number, lines: readonly string[]): Promise<ScriptReport> =>
  runScript(parseScript(lines.join('\n'), { nodes }), {
    execute: line => cluster.execute(line, 'script'),
    sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
    now: () => performance.now(),
  });
