/**
 * The tour without a terminal: captions and outcomes as lines, one scene after the other.
 *
 * @module
 */
import type { ClusterHandle } from '../src/runtime/handle.js';
import { SCENES, sceneNamed } from './tour/scenes.js';
import { Stage } from './tour/stage.js';
import { Tour, type TourView } from './tour/tour.js';

export interface HeadlessTour {
  /** Null: all. */
  readonly scene: string | null;
}

interface TourOptions extends HeadlessTour {
  readonly handle: ClusterHandle;
  readonly json: boolean;
  readonly print: (text: string) => void;
  /** Resolves when a signal asks to end. */
  readonly ended: Promise<number>;
}

function viewLines({ scene, scenes, title, step, caption, state, outcome }: TourView): readonly string[] {
  switch (state) {
    case 'acting':
      return [...(step === 1 ? ['', `Scene ${scene} of ${scenes}: ${title}`] : []), `  ${step}. ${caption}`];
    case 'seen':
      return [];
    case 'reached':
      return [`  reached: ${outcome}`];
    case 'failed':
      return [`  FAILED: ${outcome}`];
  }
}

/** @returns the exit code: 0 each scene reached its end, 1 one did not */
export async function playTour({ handle, scene, json, print, ended }: TourOptions): Promise<number> {
  const named = scene === null ? null : sceneNamed(scene);
  const tour = new Tour({
    scenes: named === null ? SCENES : [named],
    stage: new Stage({ handle, execute: line => handle.execute(line, 'tui') }),
    auto: true,
    pauseMs: () => 0,
    show: view => {
      if (view !== null && !json) for (const line of viewLines(view)) print(line);
    },
  });
  const played = tour.play().then(reports => {
    if (json) for (const report of reports) print(JSON.stringify(report));
    return reports.every(({ ok }) => ok) ? 0 : 1;
  });
  return Promise.race([played, ended]);
}
