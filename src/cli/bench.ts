/**
 * `raftkv bench`: measures this store, beside others if they are installed. The programs that measure are not in the installed
 * package, only in a clone.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { OperationFailed } from './cli-error.js';

const PROGRAM = fileURLToPath(new URL('../../bench/main.js', import.meta.url));

interface BenchCommandFlags {
  readonly against?: string;
}

export const benchCommand = (): Command =>
  new Command('bench')
    .description(
      'Measure throughput, latency, failover and more, each with its target (in a clone of the project).\n' +
        'Without a mode: everything that has a target. Further options as in docs/performance.md.',
    )
    .argument('[mode]', 'what to measure, such as peers, failover, idle, nodes, drops, growth, stages')
    .argument('[reference]', 'with compare: the earlier commit')
    .option('--against <stores>', 'stores to measure beside this one (default: redis,etcd)')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(bench);

const bench = async (
  mode: string | undefined,
  _reference: string | undefined,
  { against }: BenchCommandFlags,
  command: Command,
): Promise<void> => {
  if (!existsSync(PROGRAM)) {
    throw new OperationFailed(
      'the benchmarks are not in the installed package: clone the project and build it',
    );
  }
  // Beside others and nothing else is asked for: what is measured beside others.
  const modes = mode === undefined && against !== undefined ? ['peers'] : [];
  const others = against === undefined ? [] : ['--against', against];
  const exitCode = await run([...modes, ...command.args, ...others]);
  if (exitCode !== 0) process.exitCode = exitCode;
};

function run(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve(code ?? 1));
  });
}
