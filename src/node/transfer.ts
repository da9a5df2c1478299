/**
 * A leadership transfer that an operator asked for, until it has happened or its time is over.
 *
 * @module
 */

import type { RaftId } from '../raft/ids.js';
import { type ControlDone, controlFailed } from './control.js';

export class Transfer {
  #target: RaftId | null = null;
  #done: ControlDone | null = null;
  #deadlineTick = 0;

  get isPending(): boolean {
    return this.#done !== null;
  }

  start(target: RaftId, deadlineTick: number, done: ControlDone): void {
    this.#end(controlFailed('refused', 'another transfer was asked for'));
    this.#target = target;
    this.#done = done;
    this.#deadlineTick = deadlineTick;
  }

  /** Call it when the known leader changes. */
  leaderIs(leader: RaftId, applied: number): void {
    if (leader === this.#target) this.#end({ ok: true, index: applied });
  }

  tick(nowTick: number): void {
    if (nowTick < this.#deadlineTick) return;
    this.#end(controlFailed('timeout', 'the target did not take over within the time limit'));
  }

  abandon(): void {
    this.#end(controlFailed('stopping', 'the node stops'));
  }

  #end(result: Parameters<ControlDone>[0]): void {
    const done = this.#done;
    this.#target = null;
    this.#done = null;
    done?.(result);
  }
}
