/**
 * Many seeds over many threads.
 *
 * Results are independent of the number of threads: seeds are begun in order, and after a violation those that were begun
 * before it are still finished, so that the lowest seed that fails is always the one reported.
 *
 * @module
 */
import { Piscina } from 'piscina';
import { drawPlan, type PlanOptions } from './draw-plan.js';
import { FAULT_NAMES } from './plan.js';
import type { SeedReport, SeedTask } from './seed-report.js';
import { type Summary, Tally } from './tally.js';

/** A run takes well under a second; this is for those that never end. */
const SEED_TIMEOUT_MS = 300_000;

export interface CampaignOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly plan: PlanOptions;
  readonly mutant: string | null;
  readonly threads: number;
  /** Go on after a violation (default: stop). */
  readonly keepGoing?: boolean;
  /** Called for every finished run. */
  readonly onReport?: (report: SeedReport, finished: number) => void;
  /** Ends the campaign early. */
  readonly cancelled?: () => boolean;
}

export interface CampaignResult {
  readonly summary: Summary;
  /** Runs that broke something, by seed. */
  readonly failures: readonly SeedReport[];
  readonly elapsedMs: number;
}

/** A violation has a stack of its own; a worker that dies is an error of the simulator. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const pool = openPool(options.threads);
  try {
    return await runIn(pool, options);
  } finally {
    await pool.destroy();
  }
}

function openPool(threads: number): Piscina {
  const pool = new Piscina({
    filename: new URL('../../workers/simulate.js', import.meta.url).href,
    name: 'runSeed',
    minThreads: threads,
    maxThreads: threads,
    // Runs make much that is short-lived: with more room for it less is looked through.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });
  // What fails in a worker also fails its task.
  pool.on('error', () => undefined);
  return pool;
}

/** A run that does not end is a failure like others: something in it goes round in circles. */
async function playInTime(pool: Piscina, task: SeedTask): Promise<SeedReport> {
  const signal = AbortSignal.timeout(SEED_TIMEOUT_MS);
  try {
    return (await pool.run(task, { signal })) as SeedReport;
  } catch (error) {
    if (!signal.aborted) throw error;
    return endlessRun(task);
  }
}

const endlessRun = ({ seed, options }: SeedTask): SeedReport => ({
  seed,
  nodes: drawPlan(seed, options).nodes,
  violation: {
    kind: 'endless',
    atMs: 0,
    message: `the run did not end within ${SEED_TIMEOUT_MS / 1000} s of real time`,
  },
  vacuous: null,
  simulatedMs: 0,
  events: 0,
  checks: 0,
  operations: 0,
  traceHash: '',
  coverage: {},
  lastEvents: [],
  elapsedMs: SEED_TIMEOUT_MS,
});

async function runIn(pool: Piscina, options: CampaignOptions): Promise<CampaignResult> {
  const startedMs = performance.now();
  const tally = new Tally();
  const failures: SeedReport[] = [];
  const endSeed = options.firstSeed + options.seeds;
  let next = options.firstSeed;
  const mayBegin = (): boolean =>
    next < endSeed && (options.keepGoing === true || failures.length === 0) && options.cancelled?.() !== true;
  const lane = async (): Promise<void> => {
    while (mayBegin()) {
      const task: SeedTask = { seed: next, options: options.plan, mutant: options.mutant };
      next += 1;
      const report = await playInTime(pool, task);
      tally.add(report);
      if (report.violation !== null) failures.push(report);
      options.onReport?.(report, tally.runs);
    }
  };
  await Promise.all(Array.from({ length: options.threads }, lane));
  return {
    summary: tally.summary(options.plan.faults ?? FAULT_NAMES),
    failures: failures.sort((a, b) => a.seed - b.seed),
    elapsedMs: performance.now() - startedMs,
  };
}
