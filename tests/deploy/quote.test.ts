/** Whatever a word holds, the program that reads it gets that word. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shellWord, sshPath, systemdPath, systemdWord } from '../../src/deploy/quote.js';

const test = suite('quote');

test('a shell reads every word as it was', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 }).filter(word => !word.includes('\0'));
  const random = fc.sample(text, 300);
  const words = [
    "it's",
    '',
    ' ',
    '$HOME',
    '`id`',
    '$(id)',
    '\\',
    '"',
    '-n',
    '!x',
    'a\nb',
    '*',
    '~',
    ...random,
  ];
  const script = words.map(word => `printf '%s\\0' ${shellWord(word)}\n`).join('');
  const { stdout } = spawnSync('sh', [], { input: script, encoding: 'utf8', timeout: 20_000 });
  assert.equal(stdout.split('\0').slice(0, -1), words);
});

test('ssh neither expands nor cuts a path', () => {
  assert.is(sshPath('/a b/100%/key'), '"/a b/100%%/key"');
  assert.throws(() => sshPath('/a"b'), RangeError);
});

test('systemd takes words and paths as they are', () => {
  assert.is(systemdWord('/opt/raftkv/current/main.js'), '/opt/raftkv/current/main.js');
  assert.is(systemdWord(`/o'dd "dir" $HOME %h\\`), `"/o'dd \\"dir\\" $$HOME %%h\\\\"`);
  assert.is(systemdPath('/a b/%h'), '/a b/%%h');
});

test.run();
