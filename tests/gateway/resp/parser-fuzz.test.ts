/**
 * Fuzz of the request parser: mutated and split frames on interleaved connections.
 *
 * `FUZZ_FRAMES` (default 60000) and `FUZZ_SEED` widen or repeat a run.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RequestParser } from '../../../src/gateway/resp/parser.js';
import { ProtocolError } from '../../../src/gateway/resp/protocol-error.js';

const FRAMES = Number(process.env.FUZZ_FRAMES ?? 60_000);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);
const test = suite(`parser fuzz, seed ${SEED}`);

/** xorshift32: below `bound`. */
function randomFrom(seed: number): (bound: number) => number {
  let state = seed | 1;
  return bound => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

const LIMITS = { bulkBytes: 2048, frameBytes: 8192, arguments: 40, inlineBytes: 512 };
const SEPARATOR = Buffer.from('*1\r\n$9\r\nSEPARATOR\r\n');

function randomFrame(random: (bound: number) => number): { bytes: Buffer; args: string[] } {
  const args = Array.from({ length: 1 + random(5) }, () => {
    const length = random(10) === 0 ? random(1500) : random(20);
    return Array.from({ length }, () => String.fromCharCode(random(256))).join('');
  });
  const text = `*${args.length}\r\n${args.map(arg => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
  return { bytes: Buffer.from(text, 'latin1'), args };
}

function mutate(frame: Buffer, random: (bound: number) => number): Buffer {
  const mutated = Buffer.from(frame);
  for (let count = 1 + random(3); count > 0; count--) {
    const at = random(mutated.length);
    switch (random(4)) {
      case 0:
        mutated[at] = random(256);
        break;
      case 1:
        mutated[at] = '*$:+-\r\n0129"\' '.charCodeAt(random(14));
        break;
      case 2:
        return mutated.subarray(0, at);
      default:
        return Buffer.concat([
          mutated.subarray(0, at),
          Buffer.alloc(1 + random(3), random(256)),
          mutated.subarray(at),
        ]);
    }
  }
  return mutated;
}

/** One connection: whatever it is fed, it either yields commands or refuses for good. */
class Stream {
  readonly #parser = new RequestParser(LIMITS);
  readonly commands: string[][] = [];
  dead = false;

  feed(bytes: Buffer, random: (bound: number) => number): void {
    for (let at = 0; at < bytes.length && !this.dead; ) {
      const size = random(3) === 0 ? 1 + random(4) : 1 + random(bytes.length);
      const chunk = Buffer.from(bytes.subarray(at, at + size));
      at += size;
      this.#take(chunk);
    }
  }

  #take(chunk: Buffer): void {
    try {
      this.#parser.feed(chunk);
      for (let next = this.#parser.next(); next !== null; next = this.#parser.next())
        this.commands.push(next);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.dead = true;
    }
    assert.ok(this.#parser.heldBytes < 40_000, `${this.#parser.heldBytes} bytes are held`);
  }
}

test(`${FRAMES} frames: mutated ones never crash, hang or grow; whole ones next to them arrive untouched`, () => {
  const random = randomFrom(SEED);
  let frames = 0;
  let refusals = 0;
  while (frames < FRAMES) {
    const good = new Stream();
    let bad = new Stream();
    const expected: string[][] = [];
    for (let round = 0; round < 50; round++, frames += 2) {
      const { bytes, args } = randomFrame(random);
      expected.push(args);
      const victim = mutate(randomFrame(random).bytes, random);
      good.feed(bytes, random);
      bad.feed(victim, random);
      if (random(4) === 0) bad.feed(SEPARATOR, random);
      if (bad.dead) {
        refusals++;
        bad = new Stream();
      }
    }
    assert.is(good.dead, false);
    assert.equal(good.commands, expected);
  }
  assert.ok(refusals > FRAMES / 100, `${refusals} refusals: the mutations did not bite`);
});

test('the limits hold for whatever is yielded', () => {
  const random = randomFrom(SEED + 1);
  for (let round = 0; round < FRAMES / 20; round++) {
    const stream = new Stream();
    stream.feed(mutate(randomFrame(random).bytes, random), random);
    stream.feed(mutate(SEPARATOR, random), random);
    for (const command of stream.commands) {
      assert.ok(command.length <= LIMITS.inlineBytes);
      for (const arg of command) assert.ok(arg.length <= LIMITS.bulkBytes);
    }
  }
});

test.run();
