import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ACTIONS } from '../../tui/actions.js';
import { bindingOf, footerBindings, KEYS } from '../../tui/keys.js';
import { manual } from '../../tui/manual.js';
import { bindingsOf, KEY_SECTIONS } from '../../tui/panels/overlays.js';
import { PANELS } from '../../tui/state.js';
import { assertGolden, repositoryFile } from './golden.js';

const test = suite('manual and key table');
const PANELS_MODE = { mode: { kind: 'panels' }, tour: null, replay: null } as const;

test('docs/tui.md is what the tables say', () => {
  const frame = readFileSync(repositoryFile('tests/tui/golden/80x24-10-nodes.txt'), 'utf8');
  assertGolden('docs/tui.md', manual(frame));
});

test('every key is in the manual', () => {
  const listed = new Set(KEY_SECTIONS.flatMap(({ scope }) => bindingsOf(scope)));
  for (const binding of KEYS) assert.ok(listed.has(binding), binding.summary);
});

test('no key means two things in one place', () => {
  for (const scope of new Set(KEYS.flatMap(binding => binding.scopes))) {
    const keys = bindingsOf(scope).flatMap(binding => binding.keys);
    assert.equal([...new Set(keys)], keys, `twice in ${scope}`);
  }
});

test('every action has a key, and every key an action', () => {
  const bound = new Set(KEYS.map(binding => binding.action));
  for (const action of Object.keys(ACTIONS)) assert.ok(bound.has(action as keyof typeof ACTIONS), action);
});

test('what the footer offers is what the key does there', () => {
  for (const focus of PANELS) {
    for (const binding of footerBindings({ ...PANELS_MODE, focus })) {
      assert.is(bindingOf(binding.keys[0] ?? '', { ...PANELS_MODE, focus }), binding);
    }
  }
});

test.run();
