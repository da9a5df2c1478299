/** What goes to the hosts: the config, the files it names beside itself, and one secret for all of them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { collectConfig } from '../../src/deploy/config-files.js';
import { DeployError } from '../../src/deploy/deploy-error.js';

const test = suite('config files');
let folder = '';

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'raftkv-config-'));
});
test.after.each(() => {
  rmSync(folder, { recursive: true, force: true });
});

function config(...lines: readonly string[]): string {
  const file = join(folder, 'cluster.txt');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

test('files beside the config go along under their names, absolute ones are expected on the host', () => {
  mkdirSync(join(folder, 'keys'));
  writeFileSync(join(folder, 'keys/password'), 'secret\n');
  const file = config('servers: one', 'password_file: keys/password', 'users_file: /etc/raftkv/users');
  const { files } = collectConfig(file);
  assert.equal([...files.keys()], ['config.txt', 'keys/password']);
  assert.is(files.get('keys/password')?.toString(), 'secret\n');
  assert.is(files.get('config.txt')?.toString(), readFileSync(file, 'utf8'));
});

test('the name tells contents apart', () => {
  writeFileSync(join(folder, 'password'), 'one\n');
  const file = config('servers: one', 'password_file: password');
  const first = collectConfig(file).name;
  assert.is(collectConfig(file).name, first);
  writeFileSync(join(folder, 'password'), 'two\n');
  assert.is.not(collectConfig(file).name, first);
});

test('a file above the config, or one that is missing, is refused before anything is done', () => {
  for (const path of ['../password', 'absent']) {
    const file = config('servers: one', `password_file: ${path}`);
    assert.throws(
      () => collectConfig(file),
      (error: unknown) =>
        error instanceof DeployError &&
        error.code === 'local' &&
        error.message.includes(path.replace('../', '')),
    );
  }
});

test('several hosts get a secret, made once and for this user only', () => {
  const file = config('servers: one two');
  const planned = collectConfig(file, false);
  assert.throws(() => statSync(join(folder, 'link.secret')), 'ENOENT');
  const first = collectConfig(file);
  assert.is.not(first.name, planned.name);
  assert.is(statSync(join(folder, 'link.secret')).mode & 0o777, 0o600);
  assert.match(first.files.get('link.secret')?.toString() ?? '', /^[0-9a-f]{64}\n$/);
  assert.match(first.files.get('config.txt')?.toString() ?? '', /\nlink_secret_file: link\.secret\n$/);
  assert.is(collectConfig(file).name, first.name);
});

test('one host, or links that are protected already, get none', () => {
  assert.equal([...collectConfig(config('servers: one')).files.keys()], ['config.txt']);
  writeFileSync(join(folder, 'own'), 'of our own choice, long enough\n');
  const { files } = collectConfig(config('servers: one two', 'link_secret_file: own'));
  assert.equal([...files.keys()], ['config.txt', 'own']);
});

test.run();
