/**
 * What the program does beside showing the cluster: each activity tells its part of the state when it changes.
 *
 * @module
 */
import type { ClusterHandle, CommandResult } from '../src/runtime/handle.js';
import type { LocalCommand } from './local-commands.js';
import type { Activities as ActivityState, Toast } from './state.js';
import type { TourMove } from './step.js';
import { SCENES, sceneNamed } from './tour/scenes.js';
import { Stage } from './tour/stage.js';
import { readingMs, type SceneReport, Tour } from './tour/tour.js';

export interface ActivityHost {
  readonly handle: ClusterHandle;
  /** Runs a line of the command language where it can be seen. */
  readonly execute: (line: string) => Promise<CommandResult>;
  readonly show: (changed: Partial<ActivityState>) => void;
  readonly toast: (toast: Toast) => void;
}

export class Activities {
  readonly #host: ActivityHost;
  #tour: Tour | null = null;

  constructor(host: ActivityHost) {
    this.#host = host;
  }

  perform(command: LocalCommand): void {
    switch (command.kind) {
      case 'tour':
        void this.#playTour(command.scene);
        break;
      case 'tour-stop':
        this.moveTour('stop');
        break;
    }
  }

  moveTour(move: TourMove): void {
    switch (move) {
      case 'next':
        this.#tour?.next();
        break;
      case 'back':
        this.#tour?.back();
        break;
      case 'auto':
        this.#tour?.toggleAuto();
        break;
      case 'stop':
        this.#tour?.stop();
        break;
    }
  }

  stop(): void {
    this.moveTour('stop');
  }

  async #playTour(name: string | null): Promise<void> {
    if (this.#tour !== null) {
      this.#note('bad', 'the tour is on already');
      return;
    }
    const { handle, execute, show } = this.#host;
    const scene = name === null ? null : sceneNamed(name);
    const scenes = scene === null ? SCENES : [scene];
    const nodes = (await handle.status()).nodes.filter(node => node.state !== 'removed').length;
    const tooFew = scenes.find(({ minNodes }) => minNodes > nodes);
    if (tooFew !== undefined) {
      this.#note('bad', `this takes at least ${tooFew.minNodes} nodes; there are ${nodes}`);
      return;
    }
    const stage = new Stage({ handle, execute });
    const tour = new Tour({
      scenes,
      stage,
      auto: false,
      pauseMs: readingMs,
      show: view => show({ tour: view }),
    });
    this.#tour = tour;
    const reports = await tour.play();
    this.#tour = null;
    this.#note(...tourResult(reports));
  }

  #note(kind: Toast['kind'], text: string): void {
    this.#host.toast({ kind, line: '', text });
  }
}

function tourResult(reports: readonly SceneReport[]): readonly [Toast['kind'], string] {
  const failed = reports.filter(({ ok }) => !ok).map(({ name }) => name);
  if (failed.length > 0) return ['bad', `scenes that did not reach their end: ${failed.join(', ')}`];
  return ['good', `${reports.length} scenes reached their end`];
}
