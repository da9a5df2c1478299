/**
 * The command reference is the command table.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND_TABLE } from '../../src/gateway/commands/lookup.js';
import { commandReference } from '../../src/gateway/documentation.js';

test('docs/commands.md is what the table says', () => {
  const written = readFileSync(new URL('../../../docs/commands.md', import.meta.url), 'utf8');
  assert.is(written, commandReference(), 'run node dist/bench/command-reference.js');
});

test('every command has one row', () => {
  const rows = commandReference().match(/^\| `[^`]+` \|/gm) ?? [];
  assert.equal(
    rows.map(text => text.slice(3, -3).toLowerCase()).sort(),
    COMMAND_TABLE.all.map(({ command }) => command.name).sort(),
  );
});

test.run();
