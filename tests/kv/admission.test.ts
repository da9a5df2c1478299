/**
 * What is refused before it enters the log.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkCommand, isKeyAt } from '../../src/kv/admission.js';
import type { Command } from '../../src/kv/commands/command.js';
import { COMMANDS, commandNamed, commandOfOpcode } from '../../src/kv/commands/table.js';
import { Duplicates, MAX_ORIGINS } from '../../src/kv/duplicates.js';
import { DEFAULT_LIMITS } from '../../src/kv/limits.js';
import { StateMachine } from '../../src/kv/state-machine.js';

const LIMITS = { keyBytes: 4, valueBytes: 8 };

function named(name: string): Command {
  const command = commandNamed(name);
  if (command === undefined) throw new Error(`no command ${name}`);
  return command;
}

test('commands are found by name in any case, and by opcode', () => {
  assert.is(commandNamed('GeT'), named('get'));
  assert.is(commandNamed('nosuch'), undefined);
  for (const command of COMMANDS) assert.is(commandOfOpcode(command.opcode), command);
});

test('keys and values have limits of their own, wherever they stand', () => {
  const refusal = (name: string, ...args: string[]) => checkCommand(named(name), args, LIMITS)?.text ?? null;
  const keyError = 'ERR key of 5 bytes exceeds the limit of 4 bytes';
  const valueError = 'ERR value of 9 bytes exceeds the limit of 8 bytes';
  assert.is(refusal('set', 'abcd', '12345678'), null);
  assert.is(refusal('set', 'abcde', '1'), keyError);
  assert.is(refusal('set', 'abcd', '123456789'), valueError);
  assert.is(refusal('mset', 'a', '12345678', 'abcde', '1'), keyError);
  assert.is(refusal('mset', 'a', '12345678', 'b', '123456789'), valueError);
  assert.is(refusal('del', 'a', 'b', 'abcde'), keyError);
  assert.is(refusal('rpush', 'a', '12345678', '123456789'), valueError);
  assert.is(refusal('object', 'encoding', 'abcde'), keyError);
  assert.is(refusal('raft.once', '1', '1', 'set', 'abcde', '1'), keyError);
});

test('bytes and text are measured alike', () => {
  const args = [Buffer.from('key'), Buffer.alloc(DEFAULT_LIMITS.valueBytes + 1)];
  assert.match(checkCommand(named('set'), args)?.text ?? '', /^ERR value of 8388609 bytes/);
  args[1] = Buffer.alloc(DEFAULT_LIMITS.valueBytes);
  assert.is(checkCommand(named('set'), args), null);
});

test('the table knows where the keys stand', () => {
  const keysOf = (name: string, words: number) =>
    Array.from({ length: words }, (_, at) => at).filter(at => isKeyAt(named(name), at, words));
  assert.equal(keysOf('get', 2), [1]);
  assert.equal(keysOf('mset', 7), [1, 3, 5]);
  assert.equal(keysOf('del', 4), [1, 2, 3]);
  assert.equal(keysOf('rename', 3), [1, 2]);
  assert.equal(keysOf('object', 3), [2]);
  assert.equal(keysOf('keys', 2), []);
});

test('every read-only command leaves the state as it is, whatever its arguments', () => {
  const machine = new StateMachine();
  const before = machine.hash();
  for (const command of COMMANDS.filter(({ access }) => access === 'read')) {
    const least = Math.abs(command.arity) - 1;
    for (const word of ['0', '-1', 'x', '']) {
      machine.read(
        command,
        Array.from({ length: least }, () => word),
      );
    }
  }
  assert.is(machine.hash(), before);
});

test('origins of batches are bounded; the one silent longest is forgotten', () => {
  const duplicates = new Duplicates();
  for (let origin = 0; origin < MAX_ORIGINS; origin++) duplicates.admit(origin, 1, 1, origin + 1);
  assert.is(duplicates.admit(0, 1, 1, 1000), 'duplicate');
  assert.is(duplicates.admit(MAX_ORIGINS, 1, 1, 1001), 'new');
  assert.is([...duplicates.windows()].length, MAX_ORIGINS);
  assert.is(duplicates.admit(0, 1, 1, 1002), 'duplicate');
  assert.is(duplicates.admit(2, 1, 1, 1003), 'duplicate');
});

test.run();
