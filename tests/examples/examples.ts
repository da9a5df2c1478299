/**
 * Runs a share of the example scripts, as a user would, and checks that every expectation in them holds.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shippedFile } from '../../src/config/load-config.js';
import { RAFTKV } from '../helpers/serve.js';

/** Files of tests, so that none takes long: one for each share. */
const SHARES = 4;
const TIME_LIMIT_MS = 100_000;

/** Every `SHARES`-th script, from `share` on. */
export const runExamples = (share: number): void => {
  const test = suite(`examples, share ${share + 1} of ${SHARES}`);
  const folder = shippedFile('examples');
  const names = readdirSync(folder)
    .filter(name => name.endsWith('.chaos'))
    .sort()
    .filter((_, index) => index % SHARES === share);

  test('there are scripts', () => {
    assert.ok(names.length > 0);
  });

  for (const name of names) {
    test(name, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [RAFTKV, 'run', join(folder, name)], {
        encoding: 'utf8',
        timeout: TIME_LIMIT_MS,
      });
      assert.is(status, 0, `${stdout}\n${stderr}`);
      const held = /^PASS .*: \d+ steps, (\d+) expectations held/m.exec(stdout)?.[1];
      assert.ok(Number(held) >= 2, `expects too little: ${stdout}`);
    });
  }

  test.run();
};
