/** A real etcd instead of nodes of our own is asked for with two options that need each other. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArguments } from '../../tui/arguments.js';

const test = suite('arguments: spawned etcd');

test('--engine etcd --spawn N starts N members; left out, none', () => {
  const parsed = parseArguments(['--engine', 'etcd', '--spawn', '3', '--data', 'd']);
  assert.is(parsed.kind === 'run' && parsed.args.spawn, 3);
  const usual = parseArguments([]);
  assert.is(usual.kind === 'run' && usual.args.spawn, null);
});

for (const [line, reason] of [
  ['--engine etcd', /--engine etcd and --spawn N go together/],
  ['--spawn 3', /--engine etcd and --spawn N go together/],
  ['--engine redis --spawn 3', /--engine: expected embedded or etcd, found redis/],
  ['--engine etcd --spawn 0', /--spawn: expected a number 1–9, found 0/],
  ['--engine etcd --spawn 10', /--spawn: expected a number up to 9/],
  ['--engine etcd --spawn 3 --nodes 5', /no --nodes, --connect, --replay or --trace/],
] as const) {
  test(`refused: ${line}`, () => {
    const parsed = parseArguments(line.split(' '));
    assert.match(parsed.kind === 'error' ? parsed.reason : parsed.kind, reason);
  });
}

test.run();
