/**
 * SET … IFEQ compares and sets in one command, as in Valkey 8.1 and Redis 8.4.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SYNTAX_ERROR } from '../../src/kv/error-replies.js';
import { OK } from '../../src/kv/reply.js';
import { Replica } from './replica.js';

const test = suite('SET IFEQ');

test('sets when the value is the one given, and only then', () => {
  const replica = new Replica();
  replica.run('SET', 'k', 'one');
  assert.is(replica.run('SET', 'k', 'two', 'IFEQ', 'other'), null);
  assert.is(replica.read('GET', 'k'), 'one');
  assert.equal(replica.run('SET', 'k', 'two', 'ifeq', 'one'), OK);
  assert.is(replica.read('GET', 'k'), 'two');
});

test('a missing key equals nothing, not even an empty value', () => {
  const replica = new Replica();
  assert.is(replica.run('SET', 'k', 'v', 'IFEQ', ''), null);
  assert.is(replica.read('GET', 'k'), null);
});

test('with GET it answers the value before, set or not', () => {
  const replica = new Replica();
  replica.run('SET', 'k', '1');
  assert.is(replica.run('SET', 'k', '2', 'IFEQ', '0', 'GET'), '1');
  assert.is(replica.run('SET', 'k', '3', 'IFEQ', '1', 'GET'), '1');
  assert.is(replica.read('GET', 'k'), '3');
});

test('a list is no string to compare with', () => {
  const replica = new Replica();
  replica.run('RPUSH', 'k', 'a');
  const reply = replica.run('SET', 'k', '2', 'IFEQ', 'a');
  assert.match((reply as { text: string }).text, /^WRONGTYPE/);
});

test('not beside NX or XX, not without a value, not for GETEX', () => {
  const replica = new Replica();
  for (const words of [
    ['SET', 'k', 'v', 'IFEQ'],
    ['SET', 'k', 'v', 'NX', 'IFEQ', 'a'],
    ['SET', 'k', 'v', 'IFEQ', 'a', 'XX'],
    ['GETEX', 'k', 'IFEQ', 'a'],
  ]) {
    assert.equal(replica.run(...words), SYNTAX_ERROR, words.join(' '));
  }
});

test.run();
