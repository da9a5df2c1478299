/**
 * Every byte of every file of a small data directory, turned over in nine ways: each is repaired, refused with file and place, or
 * proven harmless; never a silently wrong value. `node dist/tests/long/byte-flips.js`
 *
 * @module
 */
import { changed, contentOf, diskOf, outcomeOf, richDirectory } from '../storage/damaged-directory.js';
import { openStorage } from '../storage/fixture.js';

/** Each single bit, and all of them. */
const MASKS = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff];
const FINE: ReadonlySet<string> = new Set(['harmless', 'repaired', 'log-damaged']);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

let wrong = 0;
for (const preallocateBytes of [0, 600]) {
  const files = richDirectory(preallocateBytes);
  const expected = contentOf(openStorage(diskOf(files)));
  const outcomes = new Map<string, number>();
  for (const [name, bytes] of files) {
    for (let position = 0; position < bytes.length; position += 1) {
      for (const mask of MASKS) {
        const disk = changed(files, name, copy => {
          copy[position] = (copy[position] ?? 0) ^ mask;
          return copy;
        });
        const outcome = outcomeOf(disk, expected);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (FINE.has(outcome)) continue;
        wrong += 1;
        say(`✗ ${outcome}: ${name} at ${position} ^ 0x${mask.toString(16)}`);
      }
    }
  }
  const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  const total = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  say(`${total} bytes in ${files.size} files, ${preallocateBytes} bytes of zeros ahead: ${counts}`);
}
say(wrong === 0 ? '✓ no flip went unnoticed' : `✗ ${wrong} flips went unnoticed`);
process.exitCode = wrong === 0 ? 0 : 1;
