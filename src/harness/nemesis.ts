/**
 * Faults at a steady pace, drawn from a seed, applied and lifted through the command language.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterControls } from './cluster-under-test.js';
import { LoadRandom } from './random.js';

export const NEMESIS_KINDS = ['kill', 'pause', 'partition', 'drop', 'delay'] as const;
export type NemesisKind = (typeof NEMESIS_KINDS)[number];

/** One fault, in milliseconds since the run began. */
export interface FaultPeriod {
  readonly kind: string;
  readonly line: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface NemesisOptions {
  readonly controls: ClusterControls;
  readonly nodes: number;
  readonly seed: number;
  readonly intervalMs: number;
  /** How long the nodes may take to become equal once everything is lifted. */
  readonly convergeMs: number;
  readonly kinds: readonly [NemesisKind, ...NemesisKind[]];
  /** Milliseconds since the run began. */
  readonly nowMs: () => number;
}

/** Share of an interval that a fault lasts; the rest belongs to recovery. */
const FAULT_SHARE = 0.6;

const LIFTS: Readonly<Record<NemesisKind, string>> = {
  kill: 'try revive all',
  pause: 'try resume all',
  partition: 'heal',
  drop: 'heal',
  delay: 'heal',
};

export class Nemesis {
  readonly #options: NemesisOptions;
  readonly #random: LoadRandom;
  readonly #periods: FaultPeriod[] = [];

  constructor(options: NemesisOptions) {
    this.#options = options;
    this.#random = new LoadRandom(options.seed, 0x0fa);
  }

  get periods(): readonly FaultPeriod[] {
    return this.#periods;
  }

  /** Notes a fault that somebody else applied and lifted. */
  record(period: FaultPeriod): void {
    this.#periods.push(period);
  }

  /** One fault an interval until the time is over. Everything is lifted when it resolves. */
  async run(durationMs: number, signal: AbortSignal): Promise<void> {
    const { intervalMs, nowMs, controls, seed } = this.#options;
    await controls.execute(`seed ${seed >>> 0}`);
    const endsAt = nowMs() + durationMs;
    while (nowMs() < endsAt && !signal.aborted) {
      const startedAt = nowMs();
      await this.#fault(Math.min(intervalMs * FAULT_SHARE, endsAt - startedAt), signal);
      const restMs = Math.min(intervalMs - (nowMs() - startedAt), endsAt - nowMs());
      if (restMs > 0) await pause(restMs, signal);
    }
    await this.healAll();
  }

  /** Lifts whatever there is. True: every node follows one leader again, in the same state. */
  async healAll(): Promise<boolean> {
    const { controls, convergeMs } = this.#options;
    for (const line of ['heal', 'try resume all', 'try revive all']) await controls.execute(line);
    const { ok } = await controls.execute(`wait until converged within ${Math.ceil(convergeMs)}ms`);
    return ok;
  }

  /** Runs a command and notes it as a fault that lasts until `lift` ran. */
  async during(kind: NemesisKind, line: string, work: () => Promise<void>): Promise<boolean> {
    const { controls, nowMs } = this.#options;
    const fromMs = nowMs();
    const { ok } = await controls.execute(line);
    if (!ok) return false;
    try {
      await work();
    } finally {
      await controls.execute(LIFTS[kind]);
      this.#periods.push({ kind, line, fromMs, toMs: nowMs() });
    }
    return true;
  }

  async #fault(durationMs: number, signal: AbortSignal): Promise<void> {
    const kind = this.#random.pick(this.#options.kinds);
    await this.during(kind, this.#draw(kind), () => pause(durationMs, signal));
  }

  #draw(kind: NemesisKind): string {
    const random = this.#random;
    const minority = Math.max(1, Math.floor((this.#options.nodes - 1) / 2));
    const some = random.next() < 0.4 ? 'leader' : `random ${1 + random.below(minority)}`;
    switch (kind) {
      case 'kill':
      case 'pause':
        return `${kind} ${some}`;
      case 'partition':
        return random.pick([
          'partition leader',
          'partition minority',
          'partition majority',
          'partition random',
          'bridge',
          'ring',
          'isolate random',
        ]);
      case 'drop':
        return `edit * * ${(5 + random.below(45)) / 100}`;
      case 'delay':
        return `delay * * ${5 + random.below(60)}ms ${random.below(40)}ms`;
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}
