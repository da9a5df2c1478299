/**
 * The manual shows the commands there are. Run this file with `write` to bring it up to date.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND_NAMES } from '../../src/chaos/command-table.js';
import { helpText } from '../../src/chaos/help.js';
import { withCurrentTables } from '../../src/chaos/manual.js';
import { parseScript } from '../../src/chaos/script.js';
import { shippedFile } from '../../src/config/load-config.js';

const test = suite('docs/chaos.md');
const path = shippedFile('docs/chaos.md');

if (process.argv[2] === 'write') writeFileSync(path, withCurrentTables(readFileSync(path, 'utf8')));
const manual = readFileSync(path, 'utf8');

test('its tables are those of the command table', () => {
  assert.is(manual, withCurrentTables(manual));
});

test('the script in it parses', () => {
  const script = /```\n(nodes 5\n[^`]*)```/.exec(manual)?.[1] ?? '';
  assert.ok(parseScript(script).statements.length > 5);
});

test('the help names every command', () => {
  for (const name of COMMAND_NAMES) assert.match(helpText(), new RegExp(`^  ${name}\\b`, 'm'));
});

test.run();
