/**
 * This build against an earlier one, in turn in one run: what a change was worth, and the regression guard of CI.
 *
 * A loss fails only when a second trial with fresh processes confirms it; a machine that is too busy to tell fails nothing.
 *
 * @module
 */
import { join, resolve } from 'node:path';
import { type Comparison, compareInTurn, plotsOf, showComparison } from '../comparison.js';
import { buildEarlier, commitBefore, NoEarlierBuild } from '../earlier-build.js';
import type { BenchFlags, LoadKind } from '../flags.js';
import { keepResult, say } from '../results.js';
import { THIS_BUILD } from '../serve.js';

const NODES = 3;

/** `flags.reference`: the earlier commit; `flags.build`: the output folder of another build instead. */
export async function benchCompare(flags: BenchFlags): Promise<void> {
  if (flags.build !== null) {
    await compareWith(resolve(flags.build), flags);
    return;
  }
  try {
    const reference = flags.names[0] ?? commitBefore();
    const startedAt = performance.now();
    const earlier = buildEarlier(reference);
    say(`built ${earlier.commit} in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    try {
      await compareWith(earlier.folder, flags);
    } finally {
      earlier.remove();
    }
  } catch (error) {
    if (!(error instanceof NoEarlierBuild)) throw error;
    process.stdout.write(`nothing to compare with: ${error.message}\n`);
  }
}

async function compareWith(folder: string, flags: BenchFlags): Promise<void> {
  const program = join(folder, 'src/cli/main.js');
  const first = await trial(program, flags.loads, flags);
  const suspects = flags.loads.filter((_, i) => isSlower(first[i]));
  const confirmed: Comparison[] = [];
  if (suspects.length > 0) {
    say('a loss: tried again with fresh processes');
    const again = await trial(program, suspects, flags);
    confirmed.push(...again.filter(isSlower));
  }
  process.stdout.write(
    flags.json ? `${JSON.stringify(first)}\n` : `${first.map(showComparison).join('\n')}\n`,
  );
  say(`kept in ${keepResult('compare', first, plotsOf(first, ['this build', 'the one before']))}`);
  for (const row of confirmed) process.stdout.write(`slower, twice: ${showComparison(row)}\n`);
  if (confirmed.length > 0) process.exitCode = 1;
}

const isSlower = (row: Comparison | undefined): boolean =>
  row?.cpu.verdict === 'slower' || row?.time.verdict === 'slower';

function trial(
  program: string,
  loads: readonly LoadKind[],
  flags: BenchFlags,
): Promise<readonly Comparison[]> {
  const ours = { nodes: NODES, durable: true, portStart: flags.port, program: THIS_BUILD };
  return compareInTurn(ours, { ...ours, portStart: flags.port + NODES, program }, loads, flags);
}
