/** Whatever a word holds, the program that reads it gets that word. */
import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shellWord, sshPath, systemdPath, systemdWord } from '../../src/deploy/quote.js';

const test = suite('quote');

test('a shell reads every word as it was', () => {
  const characters = Array.from({ length: 127 }, (_, i) => String.fromCharCode(i + 1));
  const mixed = characters.map((one, i) => `${one}'${characters[(i * 31) % 127]}${one}"é`);
  const words = [
    "it's",
    '',
    "''",
    '$HOME',
    '`id`',
    '$(id)',
    '-n',
    '!x',
    'a\nb',
    '*',
    '~',
    '\\\\',
    ...characters,
    ...mixed,
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
