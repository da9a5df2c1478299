/**
 * Passwords from files and the environment, and what a client takes from there.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clientAccess } from '../../src/config/client-access.js';
import { DEFAULT_CONFIG } from '../../src/config/cluster-config.js';
import { ConfigError } from '../../src/config/config-error.js';
import { loadConfig } from '../../src/config/load-config.js';
import { loadUsers } from '../../src/config/users.js';

const test = suite('users and access');
const folder = mkdtempSync(join(tmpdir(), 'raftkv-users-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const fileOf = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const errorOf = (text: string): ConfigError => {
  try {
    loadUsers({ passwordFile: '', usersFile: fileOf('bad', text) });
  } catch (error) {
    assert.instance(error, ConfigError);
    return error as ConfigError;
  }
  throw new Error('accepted');
};

test('nothing configured: nobody is asked for a password', () => {
  assert.equal(loadUsers(DEFAULT_CONFIG), []);
  assert.equal(loadUsers(DEFAULT_CONFIG, { RAFTKV_PASSWORD: '' }), []);
});

test('the environment wins over the password file, and both over a default in the users file', () => {
  const passwordFile = fileOf('password', 'from file\r\nsecond line\n');
  const users = loadUsers({ passwordFile, usersFile: '' });
  assert.equal(users, [{ name: 'default', role: 'admin', passwordSha256: sha256('from file') }]);
  const usersFile = fileOf('users', `# who\n\ndefault read-only a\nann read-write  two words\n`);
  assert.equal(loadUsers({ passwordFile, usersFile }, { RAFTKV_PASSWORD: 'from environment' }), [
    { name: 'default', role: 'admin', passwordSha256: sha256('from environment') },
    { name: 'ann', role: 'read-write', passwordSha256: sha256('two words') },
  ]);
});

test('a digest may stand for the password', () => {
  const usersFile = fileOf('digests', `ann admin sha256:${sha256('x').toUpperCase()}\n`);
  assert.equal(loadUsers({ passwordFile: '', usersFile }), [
    { name: 'ann', role: 'admin', passwordSha256: sha256('x') },
  ]);
});

test('mistakes are told by line, and never quote what may be a password', () => {
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ['ann hunter2', 1, /expected «name role password»/],
    ['# x\nann boss hunter2', 2, /role of read-only, read-write, admin/],
    ['ann admin sha256:hunter2', 1, /64 hexadecimal digits/],
    ['ann admin a\nann admin hunter2', 2, /each user once, found ann again/],
    ['\n', 0, /at least one user/],
  ];
  for (const [text, line, expected] of cases) {
    const error = errorOf(text);
    assert.is(error.line, line, text);
    assert.match(error.message, expected);
    assert.not.match(error.message, /hunter2/);
  }
  assert.throws(() => loadUsers({ passwordFile: join(folder, 'none'), usersFile: '' }), /ENOENT/);
  assert.throws(
    () => loadUsers({ passwordFile: fileOf('empty', '\n'), usersFile: '' }),
    /expected a password/,
  );
});

test('files of a config are looked for beside it; keys of TLS belong together', () => {
  const base = 'port_start: 9000\n';
  const good = fileOf('good.txt', `${base}password_file: p\ntls_cert: a/c.pem\ntls_key: /k.pem\n`);
  const { config } = loadConfig({ path: good });
  assert.is(config.passwordFile, join(folder, 'p'));
  assert.is(config.tlsCertFile, join(folder, 'a/c.pem'));
  assert.is(config.tlsKeyFile, '/k.pem');
  assert.is(config.usersFile, '');
  for (const lines of ['tls_cert: c.pem', 'tls_key: k.pem', 'tls_clients: certified', 'tls_clients: some']) {
    assert.throws(() => loadConfig({ path: fileOf('wrong.txt', `${base}${lines}\n`) }), /expected/, lines);
  }
});

test('a client takes user, password and certificates from the environment, else from the config', () => {
  const ca = fileOf('ca.pem', 'CA');
  const passwordFile = fileOf('secret', 'of the config\n');
  const config = { passwordFile, tlsCertFile: 'c', tlsCaFile: ca };
  assert.equal(clientAccess(null, {}), {});
  assert.equal(clientAccess(config, {}), { password: 'of the config', tls: { ca: 'CA' } });
  assert.equal(clientAccess(config, { RAFTKV_USER: 'ann', RAFTKV_PASSWORD: 'hers' }), {
    username: 'ann',
    password: 'hers',
    tls: { ca: 'CA' },
  });
  assert.equal(clientAccess(config, { RAFTKV_USER: 'ann' }), { username: 'ann', tls: { ca: 'CA' } });
  assert.equal(clientAccess({ ...config, passwordFile: '/none' }, {}), { tls: { ca: 'CA' } });
  const environment = {
    RAFTKV_PASSWORD_FILE: passwordFile,
    RAFTKV_TLS_CERT: fileOf('c.pem', 'CERT'),
    RAFTKV_TLS_KEY: fileOf('k.pem', 'KEY'),
  };
  assert.equal(clientAccess(null, environment), {
    password: 'of the config',
    tls: { cert: 'CERT', key: 'KEY' },
  });
  assert.equal(clientAccess(null, { RAFTKV_TLS: '1' }), { tls: {} });
});

test.run();
