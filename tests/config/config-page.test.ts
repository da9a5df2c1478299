/** `docs/config.md` lists the keys that are read, each once, with its default. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shippedFile } from '../../src/config/load-config.js';
import { CONFIG_KEYS, parseConfig } from '../../src/config/parse-config.js';

const test = suite('the page about the config file');

const page = readFileSync(shippedFile('docs/config.md'), 'utf8');
const rows = [...page.matchAll(/^\| `(\w+)` \| (.+?) \|/gm)].map(([, key = '', text = '']) => ({
  key,
  text,
}));

test('it has a row for every key, in the order of the messages', () => {
  assert.equal(
    rows.map(({ key }) => key),
    CONFIG_KEYS,
  );
});

test('a default that is a value means the same as leaving the key out', () => {
  const base = parseConfig('rpc_timeout: 1');
  const values = rows.flatMap(({ key, text }) => {
    const value = /^`([^`]+)`$/.exec(text)?.[1];
    return value === undefined ? [] : [`${key}: ${value}`];
  });
  assert.ok(values.length > 15);
  for (const line of values) assert.equal(parseConfig(line), base, line);
});

test.run();
