/**
 * What is offered while a command is being typed, and what is said beside it.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND_NAMES, COMMANDS } from '../../src/chaos/command-table.js';
import { commandHelp, complete, hint } from '../../src/chaos/complete.js';
import { parse } from '../../src/chaos/parse.js';

const test = suite('completion and hints');
const CONTEXT = { nodes: 3, names: ['old'], keys: ['two words', 'k1'] };

const CASES: readonly (readonly [line: string, start: number, ...words: string[]])[] = [
  ['k', 0, 'kill'],
  ['re', 0, 'reset', 'reorder', 'revive', 'restart', 'resume', 'remove', 'record'],
  ['KI', 0],
  ['kill ', 5, '0', '1', '2', 'leader', 'follower', 'random', 'all', 'followers', '$old'],
  ['kill l', 5, 'leader'],
  ['kill 0,', 7, '0', '1', '2', 'leader', 'follower', '$old'],
  ['kill 0,$', 7, '$old'],
  ['edit 0 ', 7, '0', '1', '2', '*', 'leader', 'follower', 'random', '$old'],
  ['edit 0 1 ', 9, '0', '0.5', '1'],
  ['edit 0 1 0.5 ', 13],
  ['clog 0 1 ', 9, 'on', 'off'],
  ['disk 0 ', 7, 'ok', 'full', 'eio', 'slow'],
  ['filter 0 1 Append', 11, 'AppendEntries', 'AppendEntriesReply'],
  ['partition m', 10, 'majority', 'minority'],
  ['partition 0,1 | l', 16, 'leader'],
  ['get ', 4, '"two words"', 'k1'],
  ['try ki', 4, 'kill'],
  ['via 1 ', 6, 'put', 'get', 'del', 'cas', 'incr', 'scan'],
  ['via 1 get k', 10, 'k1'],
  ['at 2s kil', 6, 'kill'],
  ['wait u', 5, 'until'],
  ['wait until s', 11, 'state', 'snapshot'],
  ['wait until state ', 17, 'hashes'],
  ['wait until node 1 is f', 21, 'follower', 'faulty'],
  ['expect converged ', 17, 'within', 'for'],
  ['expect commit ', 14, '>=', '<=', '!=', '=', '>', '<', 'of'],
  ['random kill,pa', 12, 'pause', 'partition'],
  ['expect no ', 10, 'leader', 'acknowledged'],
  ['expect li', 7, 'linearizable'],
  ['workload l', 9, 'list-append'],
  ['workload bank,c', 14, 'counter'],
  ['workload all ', 13, 'reads', 'rate', 'clients'],
  ['help pau', 5, 'pause'],
  ['nonsense ', 9],
];

for (const [line, start, ...words] of CASES) {
  test(`completes ${JSON.stringify(line)}`, () => {
    assert.equal(complete(line, line.length, CONTEXT), { start, words });
  });
}

test('the word at the cursor is completed, whatever follows', () => {
  assert.equal(complete('kil 1', 3, CONTEXT), { start: 0, words: ['kill'] });
});

test('what is offered for the first argument parses, for every command', () => {
  for (const name of COMMAND_NAMES) {
    for (const example of COMMANDS[name].examples) {
      for (const word of example.split(' ').slice(0, 1)) {
        assert.ok(complete(word.slice(0, -1), word.length - 1, CONTEXT).words.includes(word), example);
      }
    }
  }
  for (const word of complete('kill ', 5, { nodes: 3 }).words) assert.ok(parse(`kill ${word}`));
});

const HINTS: readonly (readonly [line: string, rest: string | null])[] = [
  ['', null],
  ['ki', null],
  ['edit', 'FROM TO P'],
  ['edit 0', 'TO P'],
  ['edit 0 1 0.5', ''],
  ['delay 0 1 ', 'MS [JITTER]'],
  ['delay 0 1 5', '[JITTER]'],
  ['delay 0 1 5 1', ''],
  ['try edit 0', 'TO P'],
  ['via 1', 'KVCOMMAND'],
  ['via 1 put', 'KEY VALUE'],
  ['expect ', 'CONDITION'],
  ['expect leader is', 'NODE'],
  ['wait until', 'CONDITION [within DURATION]'],
  ['partition 0,1 |', 'GROUPS'],
];

for (const [line, rest] of HINTS) {
  test(`beside ${JSON.stringify(line)} stands ${rest}`, () => {
    const shown = hint(line, { nodes: 3 });
    assert.is(shown?.isError ?? false, false);
    assert.is(shown?.rest ?? null, rest);
  });
}

test('a mistake is shown as soon as the word after it begins', () => {
  assert.is(hint('edit 9', { nodes: 3 })?.isError, false);
  assert.equal(hint('edit 9 1', { nodes: 3 }), {
    usage: 'column 6: expected a node 0–2, found 9',
    summary: '',
    rest: '',
    isError: true,
  });
  assert.is(hint('nonsense 1')?.usage, 'column 1: expected a command (see help), found nonsense');
});

test('the help has every way to write every command, in groups', () => {
  const help = commandHelp();
  assert.equal(new Set(help.map(entry => entry.name)).size, COMMAND_NAMES.length);
  assert.ok(help.some(entry => entry.usage === 'edit FROM TO P' && entry.group === 'matrix'));
});

test.run();
