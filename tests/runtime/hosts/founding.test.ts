/**
 * Which cluster a host belongs to, who lives where, and what protects its links: rules, without a network.
 *
 * @module
 */
import { throws } from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadLinkSecret } from '../../../src/config/link-secret.js';
import { DataDirectory } from '../../../src/runtime/data-directory.js';
import { type FoundingState, found } from '../../../src/runtime/hosts/founding.js';
import { linkSecurity } from '../../../src/runtime/hosts/link-security.js';
import { mergeResidence, type Residence } from '../../../src/runtime/hosts/residence.js';
import { withDirectory } from '../cluster-helpers.js';
import { A, B, C, identityOf, residence } from './hosts-harness.js';

const test = suite('which cluster a host belongs to');

const fresh = (node: number, host: string): Residence => ({ ...residence(node, host), hasStarted: false });
const RESIDENCES = [fresh(0, A), fresh(1, B), fresh(2, C)];

const state = (self: string, heard: FoundingState['heard']): FoundingState => ({
  self,
  hosts: [A, B, C],
  residences: RESIDENCES,
  heard,
  drawClusterId: () => 'drawn',
});

const nobodyFounded = (...hosts: readonly string[]): FoundingState['heard'] =>
  new Map(hosts.map(host => [host, identityOf(host, { clusterId: '', residences: RESIDENCES })]));

test('the first host founds a cluster, once all others are there without data', () => {
  assert.is(found(state(A, nobodyFounded(B))), null);
  assert.is(found(state(B, nobodyFounded(A, C))), null);
  assert.equal(found(state(A, nobodyFounded(B, C))), { clusterId: 'drawn', residences: RESIDENCES });
});

test('a host without data never founds a second cluster beside one that is there', () => {
  const heard = new Map([[B, identityOf(B, { clusterId: 'old', residences: [residence(0, A)] })]]);
  assert.is(found(state(A, heard))?.clusterId, 'old');
});

test('whoever may have voted comes back as another member', () => {
  const heard = new Map([
    [B, identityOf(B, { clusterId: 'old', residences: [residence(0, A), residence(1, B)] })],
  ]);
  const mine = found(state(A, heard))?.residences.find(({ node }) => node === 0);
  assert.equal(mine, { ...fresh(0, A), incarnation: 1 });
});

test('where nobody who is there knows whether it voted, all are waited for', () => {
  const started = identityOf(B, { clusterId: 'old', residences: [residence(1, B)] });
  assert.is(found(state(A, new Map([[B, started]]))), null);
  const all = new Map([[B, started], ...nobodyFounded(C)]);
  assert.equal(found(state(A, all))?.residences[0], fresh(0, A));
});

test('lists of residences agree in whatever order they are exchanged', () => {
  const fields = {
    node: fc.constant(0),
    host: fc.constantFrom(A, B),
    incarnation: fc.nat(2),
    hasStarted: fc.boolean(),
    isRemoved: fc.boolean(),
  };
  const any = fc.record(fields, { noNullPrototype: true });
  fc.assert(
    fc.property(any, any, any, (one, two, three) => {
      const merge = (list: readonly Residence[]): Residence => list.reduce(mergeResidence);
      assert.equal(merge([one, two, three]), merge([three, one, two]));
      assert.equal(merge([one, two]), merge([two, one]));
    }),
  );
});

test("a host's directory remembers who lives where, and whose it is", async () => {
  await withDirectory(async path => {
    const made = DataDirectory.found(path, { clusterId: 'id', founders: 3, host: B }, RESIDENCES);
    assert.ok(existsSync(made.nodeDirectory(1)));
    assert.not.ok(existsSync(made.nodeDirectory(0)));
    made.settle({ ...residence(2, A), incarnation: 1 });
    const opened = DataDirectory.open(path, 3, B);
    assert.equal(
      opened.nodes.map(({ node }) => node),
      [1],
    );
    assert.equal(opened.elsewhere.find(({ node }) => node === 2)?.host, A);
    throws(() => DataDirectory.open(path, 3, C), { code: 'wrong-host' });
    throws(() => DataDirectory.open(path, 3), { code: 'wrong-host' });
  });
});

test('what a node leaves behind that moved away is no longer its data', async () => {
  await withDirectory(async path => {
    const directory = DataDirectory.found(path, { clusterId: 'id', founders: 3, host: B }, RESIDENCES);
    writeFileSync(join(directory.nodeDirectory(1), 'file'), 'x');
    directory.settle({ ...residence(1, C), incarnation: 1 });
    assert.not.ok(existsSync(directory.nodeDirectory(1)));
    assert.equal(DataDirectory.open(path, 3, B).nodes, []);
  });
});

test('outside loopback there must be a secret or certificates, and the secret must not be short', () => {
  throws(() => linkSecurity(null, null, [A, '10.0.0.1']), { code: 'unprotected' });
  throws(() => linkSecurity('short', null, [A]), { code: 'weak-secret' });
  assert.is(linkSecurity(null, null, [A, B, 'localhost']).secret.length, 0);
  assert.is(linkSecurity('x'.repeat(16), null, ['10.0.0.1']).secret.length, 16);
  const missing = { certFile: '/nowhere', keyFile: '/nowhere', caFile: '/nowhere' };
  throws(() => linkSecurity(null, missing, ['10.0.0.1']), { code: 'bad-certificate' });
});

test('the secret comes from the environment, or from the first line of a file', async () => {
  await withDirectory(async path => {
    mkdirSync(path, { recursive: true });
    const file = join(path, 'secret');
    writeFileSync(file, 'of the file\nnot this\n');
    assert.is(loadLinkSecret({ linkSecretFile: '' }, {}), null);
    assert.is(loadLinkSecret({ linkSecretFile: file }, {}), 'of the file');
    assert.is(loadLinkSecret({ linkSecretFile: '' }, { RAFTKV_LINK_SECRET_FILE: file }), 'of the file');
    assert.is(loadLinkSecret({ linkSecretFile: file }, { RAFTKV_LINK_SECRET: 'given' }), 'given');
    throws(() => loadLinkSecret({ linkSecretFile: `${file}-not` }, {}), { code: 'file-unreadable' });
  });
});

test.run();
