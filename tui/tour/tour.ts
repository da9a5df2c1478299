/**
 * Plays scenes: by itself with a pause to read after each step, or step by step as told.
 *
 * @module
 */
import type { Scene, Stage } from './stage.js';

/** What the tour shows now. */
export interface TourView {
  readonly scene: number;
  readonly scenes: number;
  readonly title: string;
  readonly panel: Scene['panel'];
  readonly step: number;
  readonly steps: number;
  readonly caption: string;
  /** `acting`: it happens now. `seen`: it has come true, the next step waits. */
  readonly state: 'acting' | 'seen' | 'reached' | 'failed';
  /** Of a scene that is over: what was reached, or why not. */
  readonly outcome: string;
  /** Goes on by itself. */
  readonly auto: boolean;
}

export interface TourOptions {
  readonly scenes: readonly Scene[];
  readonly stage: Stage;
  readonly show: (view: TourView | null) => void;
  /** Whether it begins going on by itself. */
  readonly auto: boolean;
  /** How long a caption stays before the next step, when it goes on by itself. */
  readonly pauseMs: (caption: string) => number;
}

export interface SceneReport {
  readonly name: string;
  readonly ok: boolean;
  readonly steps: number;
  readonly elapsedMs: number;
  /** What was reached, or why not. */
  readonly text: string;
}

type Move = 'next' | 'back' | 'stop';

/** A comfortable 25 characters a second, and a moment to look up. */
export function readingMs(caption: string): number {
  return 1_500 + caption.length * 40;
}

export class Tour {
  readonly #options: TourOptions;
  #auto: boolean;
  #view: TourView | null = null;
  #wake: (move: Move) => void = () => {};
  #timer: NodeJS.Timeout | null = null;
  /** What was asked while a step was going on. */
  #asked: Move | null = null;

  constructor(options: TourOptions) {
    this.#options = options;
    this.#auto = options.auto;
  }

  /** On to the next step; during a step: when it is over. */
  next(): void {
    this.#move('next');
  }

  /** This scene from its beginning; at its first step the scene before. A cluster does not run backwards. */
  back(): void {
    this.#move('back');
  }

  stop(): void {
    this.#move('stop');
  }

  /** Goes on by itself, or waits for `next`. */
  toggleAuto(): void {
    this.#auto = !this.#auto;
    if (this.#view !== null) this.#show({ ...this.#view, auto: this.#auto });
    if (this.#view?.state === 'acting') return;
    if (this.#auto) this.#move('next');
    else this.#clearTimer();
  }

  /** @returns a report of each scene played to an end, in the order played */
  async play(): Promise<readonly SceneReport[]> {
    const { scenes, stage } = this.#options;
    const reports: SceneReport[] = [];
    let at = 0;
    for (;;) {
      const scene = scenes[at];
      if (scene === undefined) break;
      const { report, move } = await this.#playScene(scene, at);
      if (report !== null) reports.push(report);
      if (move === 'stop') break;
      at = move === 'next' ? at + 1 : Math.max(0, at - (this.#view?.step === 1 ? 1 : 0));
    }
    this.#clearTimer();
    await stage.restore().catch(() => {});
    this.#options.show(null);
    return reports;
  }

  async #playScene(
    scene: Scene,
    at: number,
  ): Promise<{ readonly report: SceneReport | null; readonly move: Move }> {
    const { stage, scenes } = this.#options;
    const steps = scene.play(stage);
    const startMs = performance.now();
    const base = {
      scene: at + 1,
      scenes: scenes.length,
      title: scene.title,
      panel: scene.panel,
      steps: steps.length,
    };
    for (const [index, step] of steps.entries()) {
      const shown = { ...base, step: index + 1, caption: step.caption(), outcome: '' };
      this.#show({ ...shown, state: 'acting', auto: this.#auto });
      const isLast = index === steps.length - 1;
      let failure: string | null = null;
      try {
        await step.act();
      } catch (error) {
        failure = error instanceof Error ? error.message : String(error);
      }
      const isOver = isLast || failure !== null;
      const state = failure !== null ? 'failed' : isLast ? 'reached' : 'seen';
      const outcome = failure ?? (isLast ? scene.end : '');
      this.#show({ ...shown, state, outcome, auto: this.#auto });
      const move = await this.#gate(shown.caption + outcome);
      if (move === 'stop' || move === 'back' || isOver) {
        const elapsedMs = performance.now() - startMs;
        const report = { name: scene.name, ok: failure === null, steps: index + 1, elapsedMs, text: outcome };
        return { report: isOver ? report : null, move };
      }
    }
    return { report: null, move: 'next' };
  }

  /** Until the next step may begin. */
  #gate(text: string): Promise<Move> {
    const asked = this.#asked;
    this.#asked = null;
    if (asked !== null) return Promise.resolve(asked);
    return new Promise(resolve => {
      this.#wake = move => {
        this.#clearTimer();
        this.#wake = () => {};
        resolve(move);
      };
      if (this.#auto) this.#timer = setTimeout(() => this.#wake('next'), this.#options.pauseMs(text));
    });
  }

  #move(move: Move): void {
    if (this.#view?.state === 'acting') this.#asked = move;
    else this.#wake(move);
  }

  #show(view: TourView): void {
    this.#view = view;
    this.#options.show(view);
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
