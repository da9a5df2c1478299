/**
 * Runs a share of the example scripts, each against a cluster of its own, and checks that every expectation in them holds. They mostly
 * wait, so two run at a time.
 *
 * @module
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ScriptReport } from '../../src/chaos/run-script.js';
import { runOnCluster } from '../../src/cli/run/run-on-cluster.js';
import { readScripts, type ScriptFile } from '../../src/cli/run/script-files.js';
import { shippedFile } from '../../src/config/load-config.js';
import { startCluster } from '../../src/index.js';
import { LOCAL_CONFIG } from '../../src/runtime/cluster-options.js';

/** Files of tests, so that none takes long: one for each share. */
const SHARES = 2;
const AT_ONCE = 2;
const FEWEST_SCRIPTS = 30;

async function run(file: ScriptFile): Promise<ScriptReport> {
  const { nodes, config, script } = file;
  const cluster = await startCluster({
    nodes,
    config,
    ...(script.seed === null ? {} : { seed: script.seed }),
  });
  try {
    return await runOnCluster(cluster, file, {});
  } finally {
    await cluster.stop();
  }
}

/** Every `SHARES`-th script, from `share` on. */
export const runExamples = (share: number): void => {
  const test = suite(`examples, share ${share + 1} of ${SHARES}`);
  const folder = shippedFile('examples');
  const all = readdirSync(folder).filter(name => name.endsWith('.chaos'));
  const names = all.sort().filter((_, index) => index % SHARES === share);
  const reports: Promise<ScriptReport>[] = [];

  /** Waits for its turn: `AT_ONCE` scripts before it must have ended. */
  const start = async (name: string, index: number): Promise<ScriptReport> => {
    const earlier = reports[index - AT_ONCE];
    await earlier?.catch(() => undefined);
    const [file] = readScripts([join(folder, name)], { config: LOCAL_CONFIG });
    if (file === undefined) throw new Error(`no script ${name}`);
    return run(file);
  };

  test('there are scripts', () => {
    assert.ok(all.length >= FEWEST_SCRIPTS);
    for (const [index, name] of names.entries()) {
      const report = start(name, index);
      // Its own test tells of it.
      report.catch(() => undefined);
      reports.push(report);
    }
  });

  for (const [index, name] of names.entries()) {
    test(name, async () => {
      const report = await reports[index];
      const { failure } = report ?? {};
      assert.is(failure, null, `line ${failure?.line}, ${failure?.command}: ${failure?.result.text}`);
      assert.ok((report?.expectations ?? 0) >= 2, 'expects too little');
    });
  }

  test.run();
};
