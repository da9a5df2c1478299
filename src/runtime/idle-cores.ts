/**
 * When the machine's cores are kept from sleeping (`idle_cores`).
 *
 * @module
 */
import { cpus } from 'node:os';
import type { ClusterConfig } from '../config/cluster-config.js';
import { AwakeCores, canKeepAwake } from './awake-cores.js';
import { CallRate } from './call-rate.js';

/** Every idle core of the machine takes power for the clients of this store, however few. */
const MOST_CORES = 4;

export class IdleCores {
  readonly #awake: AwakeCores;
  /** Null: one call is enough. */
  readonly #rate: CallRate | null;

  private constructor(awake: AwakeCores, rate: CallRate | null) {
    this.#awake = awake;
    this.#rate = rate;
  }

  /** `onFailure`: see `AwakeCores`. @returns null: they may sleep whatever happens */
  static open(setting: ClusterConfig['idleCores'], onFailure: (why: string) => void): IdleCores | null {
    switch (setting) {
      case 'sleep':
        return null;
      case 'awake':
        return new IdleCores(new AwakeCores(onFailure), null);
      case 'auto':
        if (cpus().length > MOST_CORES || !canKeepAwake()) return null;
        return new IdleCores(new AwakeCores(onFailure), new CallRate());
    }
  }

  /** The node is given something to do for a client. */
  called(nowMs: number): void {
    if (this.#rate?.called(nowMs) === false) return;
    this.#awake.touch();
  }
}
