/**
 * The table that keys are found by, against the engine's own map; its hash against the published one.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite } from 'uvu';
import { Entry } from '../../src/kv/entry.js';
import { hashKey, hashOfKey, hashOfKeyBytes, setHashKey } from '../../src/kv/key-hash.js';
import { KeyMap } from '../../src/kv/key-map.js';

const map = suite('key map');

const entryOf = (key: string): Entry => new Entry(key, '');

/** HalfSipHash as its authors wrote it, in big integers: 1 round a word, 3 at the end. */
function halfSipHash(text: string, low: number, high: number): number {
  const word = (value: bigint): bigint => BigInt.asUintN(32, value);
  const turned = (value: bigint, by: bigint): bigint => word((value << by) | (value >> (32n - by)));
  const [k0, k1] = [word(BigInt(low)), word(BigInt(high))];
  let [v0, v1, v2, v3] = [k0, k1, 0x6c796765n ^ k0, 0x74656462n ^ k1];
  const round = (): void => {
    v0 = word(v0 + v1);
    v1 = turned(v1, 5n) ^ v0;
    v0 = turned(v0, 16n);
    v2 = word(v2 + v3);
    v3 = turned(v3, 8n) ^ v2;
    v0 = word(v0 + v3);
    v3 = turned(v3, 7n) ^ v0;
    v2 = word(v2 + v1);
    v1 = turned(v1, 13n) ^ v2;
    v2 = turned(v2, 16n);
  };
  const bytes = Buffer.from(text, 'latin1');
  const padded = Buffer.alloc((bytes.length & ~3) + 4);
  bytes.copy(padded);
  padded[padded.length - 1] = bytes.length & 0xff;
  for (let at = 0; at < padded.length; at += 4) {
    const m = BigInt(padded.readUInt32LE(at));
    v3 ^= m;
    round();
    v0 ^= m;
  }
  v2 ^= 0xffn;
  for (let i = 0; i < 3; i++) round();
  return Number(BigInt.asIntN(32, v1 ^ v3));
}

map('keys hash as the published function says, whatever their length and bytes', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const words = fc.tuple(fc.integer(), fc.integer());
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 300 }), words, (bytes, [low, high]) => {
      const text = String.fromCharCode(...bytes);
      assert.equal(hashOfKey(text, low, high), halfSipHash(text, low, high));
      const framed = Uint8Array.of(7, ...bytes, 7);
      assert.equal(hashOfKeyBytes(framed, 1, bytes.length + 1, low, high), hashOfKey(text, low, high));
    }),
    { numRuns: 400 },
  );
});

map('it does what a map does, with any key of the hash', () => {
  const usual = hashKey();
  const step = fc.tuple(fc.constantFrom('add', 'delete', 'get', 'bytes'), fc.integer({ min: 0, max: 80 }));
  const steps = fc.array(step, { maxLength: 600 });
  fc.assert(
    fc.property(steps, fc.tuple(fc.integer(), fc.integer()), (all, key) => {
      setHashKey(key);
      const ours = new KeyMap();
      const model = new Map<string, Entry>();
      for (const [what, number] of all) {
        // Few characters: many keys share a table.
        const name = 'k'.repeat(number % 3) + number;
        const present = model.get(name);
        if (what === 'add') {
          const entry = entryOf(name);
          assert.equal(ours.add(entry), present === undefined);
          model.set(name, entry);
        } else if (what === 'delete') {
          ours.delete(present ?? entryOf(name));
          model.delete(name);
        } else if (what === 'bytes') {
          const bytes = Buffer.from(`<${name}>`, 'latin1');
          const candidate = ours.candidate(ours.hashOfBytes(bytes, 1, bytes.length - 1));
          if (present !== undefined) assert.equal(candidate, present);
          else assert.notEqual(candidate?.key, name);
        } else assert.equal(ours.get(name), present);
      }
      for (let number = 0; number <= 80; number++) {
        const name = 'k'.repeat(number % 3) + number;
        assert.equal(ours.get(name), model.get(name));
      }
    }),
    { numRuns: 60 },
  );
  setHashKey(usual);
});

map('a key longer than any before is hashed whole', () => {
  for (const length of [1_023, 1_024, 1_028, 5_000, 70_000]) {
    const text = Array.from({ length }, (_, i) => String.fromCharCode(i % 251)).join('');
    assert.equal(hashOfKey(text, 1, 2), halfSipHash(text, 1, 2));
    assert.equal(hashOfKeyBytes(Buffer.from(text, 'latin1'), 0, length, 1, 2), halfSipHash(text, 1, 2));
  }
});

map('a hundred thousand keys come, half of them go, and the others are found', () => {
  const ours = new KeyMap();
  const entries = Array.from({ length: 100_000 }, (_, i) => entryOf(`key:${i}`));
  for (const entry of entries) assert.ok(ours.add(entry));
  for (const [i, entry] of entries.entries()) if (i % 2 === 0) ours.delete(entry);
  for (const [i, entry] of entries.entries()) {
    assert.equal(ours.get(entry.key), i % 2 === 0 ? undefined : entry);
  }
});

map.run();
