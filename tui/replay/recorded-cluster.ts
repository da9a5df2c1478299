/**
 * A trace in the place of a cluster: it shows its moments, and takes no commands.
 *
 * @module
 */
import type { ClusterHandle, CommandResult } from '../../src/runtime/handle.js';
import type { ClusterStatus } from '../../src/runtime/status.js';
import type { ReplayPosition } from '../state.js';
import type { ReplayMove } from '../step.js';
import type { Happening } from '../update.js';
import type { Replay } from './replay.js';

const FRAME_MS = 100;
const MOST_SPEED = 64;
const MOVES_MS: Readonly<Partial<Record<ReplayMove, number>>> = {
  'second-on': 1_000,
  'second-back': -1_000,
  'far-on': 10_000,
  'far-back': -10_000,
};

const RECORDED_CLUSTER: Pick<ClusterHandle, 'execute'> = {
  execute: async (): Promise<CommandResult> => ({
    kind: 'failed',
    text: 'this is a recording: it takes no commands',
    code: 'recording',
  }),
};

/** Plays a replay into the program. */
export class ReplayPlayer {
  readonly #replay: Replay;
  readonly #happen: (happening: Happening) => void;
  #timer: NodeJS.Timeout | null = null;
  #playedAtMs = 0;
  #speed = 1;

  constructor(replay: Replay, happen: (happening: Happening) => void) {
    this.#replay = replay;
    this.#happen = happen;
  }

  /** A handle for those parts of the program that ask a cluster. */
  handle(): ClusterHandle {
    return {
      ...RECORDED_CLUSTER,
      status: async (): Promise<ClusterStatus> => this.#status(),
      subscribe: () => () => {},
      stop: async () => this.stop(),
    };
  }

  move(move: ReplayMove): void {
    const byMs = MOVES_MS[move];
    if (byMs !== undefined) this.#replay.moveTo(this.#replay.atMs + byMs);
    else if (move === 'play') this.#toggle();
    else if (move === 'event-on') this.#replay.step(1);
    else if (move === 'event-back') this.#replay.step(-1);
    else if (move === 'told-on') this.#replay.stepTold(1);
    else if (move === 'told-back') this.#replay.stepTold(-1);
    else if (move === 'begin') this.#replay.moveTo(0);
    else if (move === 'end') this.#replay.moveTo(this.#replay.endMs);
    else
      this.#speed =
        move === 'faster' ? Math.min(MOST_SPEED, this.#speed * 2) : Math.max(1 / MOST_SPEED, this.#speed / 2);
    this.show();
  }

  moveTo(atMs: number): void {
    this.#replay.moveTo(atMs);
    this.show();
  }

  show(): void {
    const replay: ReplayPosition = { ...this.#replay.view(this.#timer !== null), speed: this.#speed };
    const { picture } = this.#replay;
    this.#happen({ kind: 'replayed', picture, events: this.#replay.eventLines(), replay });
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #toggle(): void {
    if (this.#timer !== null) {
      this.stop();
      return;
    }
    if (this.#replay.atMs >= this.#replay.endMs) this.#replay.moveTo(0);
    this.#playedAtMs = performance.now();
    this.#timer = setInterval(() => this.#play(), FRAME_MS);
  }

  #play(): void {
    const nowMs = performance.now();
    this.#replay.moveTo(this.#replay.atMs + (nowMs - this.#playedAtMs) * this.#speed);
    this.#playedAtMs = nowMs;
    if (this.#replay.atMs >= this.#replay.endMs) this.stop();
    this.show();
  }

  #status(): ClusterStatus {
    const { status } = this.#replay.picture;
    if (status === null) throw new Error('the trace is empty');
    return status;
  }
}
