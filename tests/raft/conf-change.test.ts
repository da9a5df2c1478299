/** Membership changes survive their encoding, which has the sizes that limits count on. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { varintBytes } from '../../src/raft/entry-size.js';
import {
  type ConfChange,
  decodeConfChange,
  EMPTY_DATA,
  encodeConfChange,
  encodeSimpleConfChange,
  LEAVE_JOINT,
  raftId,
} from '../../src/raft/index.js';
import { codeOf } from './single-node.js';

const codec = suite('conf change codec');

const operation = fc
  .record({
    kind: fc.constantFrom('add-voter' as const, 'add-learner' as const, 'remove' as const, 'update' as const),
    id: fc.integer({ min: 0, max: 2 ** 40 }).map(raftId),
  })
  .map(({ kind, id }) => ({ kind, id }));

const change: fc.Arbitrary<ConfChange> = fc.record(
  {
    transition: fc.constantFrom('auto' as const, 'implicit' as const, 'explicit' as const),
    operations: fc.array(operation, { maxLength: 20 }),
    context: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  },
  { requiredKeys: ['transition', 'operations'] },
);

codec('what was encoded is decoded', () => {
  fc.assert(
    fc.property(change, one => {
      const decoded = decodeConfChange({ type: 'conf-change-v2', data: encodeConfChange(one) });
      assert.equal(decoded.operations, one.operations);
      assert.is(decoded.transition, one.transition);
      assert.equal([...(decoded.context ?? [])], [...(one.context ?? [])]);
    }),
  );
});

codec('the older format carries one operation, to be done at once', () => {
  fc.assert(
    fc.property(operation, one => {
      const data = encodeSimpleConfChange(one);
      assert.equal(decodeConfChange({ type: 'conf-change', data }), {
        transition: 'auto',
        operations: [one],
      });
      assert.is(data.length, 3 + varintBytes(one.id));
    }),
  );
});

codec('sizes: 2 bytes, and 5 and the id for each operation', () => {
  fc.assert(
    fc.property(fc.array(operation), operations => {
      const expected = operations.reduce((sum, { id }) => sum + 5 + varintBytes(id), 2);
      assert.is(encodeConfChange({ transition: 'auto', operations }).length, expected);
    }),
  );
});

codec('an entry without data leaves joint consensus', () => {
  assert.equal(decodeConfChange({ type: 'conf-change-v2', data: EMPTY_DATA }), LEAVE_JOINT);
});

const damaged: Readonly<Record<string, readonly number[]>> = {
  'an unknown field': [0x20, 1],
  'an unknown kind': [0x12, 4, 0x08, 9, 0x10, 1],
  'an unknown transition': [0x08, 7],
  'a number cut short': [0x08, 0x80],
  'a number too long': [0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
  'an operation cut short': [0x12, 40, 0x08, 0],
  'an unknown field of an operation': [0x12, 2, 0x18, 0],
};

for (const [name, bytes] of Object.entries(damaged)) {
  codec(`${name} is malformed`, () => {
    const data = Uint8Array.from(bytes);
    assert.is(
      codeOf(() => decodeConfChange({ type: 'conf-change-v2', data })),
      'malformed-conf-change',
    );
  });
}

codec('a normal entry is no change', () => {
  assert.is(
    codeOf(() => decodeConfChange({ type: 'normal', data: EMPTY_DATA })),
    'malformed-conf-change',
  );
});

codec('any bytes are decoded or refused, never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), data => {
      const code = codeOf(() => decodeConfChange({ type: 'conf-change-v2', data }));
      assert.ok(code === undefined || code === 'malformed-conf-change', code);
    }),
  );
});

codec.run();
