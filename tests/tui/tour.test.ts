import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, startCluster } from '../../src/index.js';
import { SCENES } from '../../tui/tour/scenes.js';
import { Stage } from '../../tui/tour/stage.js';
import { type SceneReport, Tour, type TourView } from '../../tui/tour/tour.js';

const test = suite('tour on a real cluster');

/** Nodes beside the ordinary five: the smallest that shows everything, and an even number. */
const SIZES = (process.env.TOUR_SIZES ?? '5').split(',').map(Number);

/** The timers of the shipped config, and a log short enough that a snapshot is soon needed. */
const CONFIG = { snapshotEntries: 600, electionTimeoutMinMs: 300, electionTimeoutMaxMs: 600 };

interface Performance {
  readonly reports: readonly SceneReport[];
  readonly views: readonly TourView[];
}

/** Most of a scene is waiting: two halves of the tour on two clusters take half the time. */
const HALVES = [SCENES.slice(0, 4), SCENES.slice(4)];

async function perform(cluster: Cluster, scenes: typeof SCENES): Promise<Performance> {
  const views: TourView[] = [];
  const stage = new Stage({ handle: cluster, execute: line => cluster.execute(line, 'tui') });
  const tour = new Tour({
    scenes,
    stage,
    auto: true,
    pauseMs: () => 0,
    show: view => {
      if (view !== null) views.push(view);
      if (process.env.TOUR_TRACE)
        process.stdout.write(
          `${Math.round(performance.now())} ${view?.step} ${view?.state} ${view?.caption}\n`,
        );
    },
  });
  return { reports: await tour.play(), views };
}

async function playHalf(nodes: number, scenes: typeof SCENES): Promise<void> {
  const cluster = await startCluster({ nodes, config: CONFIG });
  try {
    const { reports, views } = await perform(cluster, scenes);
    for (const { name, ok, text, elapsedMs, steps } of reports) {
      process.stdout.write(
        `  ${ok ? 'ok' : 'FAILED'} ${name} ${Math.round(elapsedMs)} ms, ${steps} steps: ${text}\n`,
      );
    }
    assert.equal(
      reports.map(({ name, ok, text }) => ({ name, ok, text })),
      scenes.map(({ name, end }) => ({ name, ok: true, text: end })),
    );
    assert.ok(views.every(({ caption }) => caption.length > 20 && caption.length < 300));
  } finally {
    await cluster.stop();
  }
}

for (const nodes of SIZES) {
  test(`every scene reaches its stated end by itself, ${nodes} nodes`, async () => {
    await Promise.all(HALVES.map(scenes => playHalf(nodes, scenes)));
  });
}

test.run();
