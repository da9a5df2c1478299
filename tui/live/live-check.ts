/**
 * The live check as the terminal's thread sees it: starts and ends the thread that does it.
 *
 * @module
 */
import { Worker } from 'node:worker_threads';
import type { LiveLoadOptions, LiveReport } from './live-load.js';

/** What the header shows. */
export interface LiveView extends LiveReport {
  readonly rate: number;
  /** Why it ended by itself; empty while it runs. */
  readonly problem: string;
}

const NOTHING_YET: LiveReport = {
  checked: 0,
  unknown: 0,
  refused: 0,
  windows: 0,
  undecided: 0,
  verdict: 'linearizable',
  proof: [],
};

const STOP_LIMIT_MS = 1_000;

export class LiveCheck {
  readonly #worker: Worker;
  /** Settled when the thread has ended, which it does by itself after a violation. */
  readonly #ended: Promise<void>;
  #view: LiveView;

  constructor(options: Omit<LiveLoadOptions, 'report'>, show: (view: LiveView) => void) {
    this.#view = { ...NOTHING_YET, rate: options.rate, problem: '' };
    this.#worker = new Worker(new URL('../../workers/live-load.js', import.meta.url), {
      name: 'live-load',
      workerData: options,
      stdout: true,
      stderr: true,
      execArgv: [],
    });
    this.#ended = new Promise(resolve => this.#worker.once('exit', () => resolve()));
    const update = (changed: Partial<LiveView>): void => {
      this.#view = { ...this.#view, ...changed };
      show(this.#view);
    };
    this.#worker.on('message', (report: LiveReport) => update(report));
    this.#worker.on('error', error => update({ problem: error.message }));
    show(this.#view);
  }

  /** Ends the load; what was judged so far stays true. */
  async stop(): Promise<void> {
    this.#worker.removeAllListeners('message');
    this.#worker.postMessage('stop');
    const timer = setTimeout(() => void this.#worker.terminate(), STOP_LIMIT_MS);
    await this.#ended;
    clearTimeout(timer);
  }
}
