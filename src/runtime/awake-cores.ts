/**
 * Keeps the machine's cores from sleeping for as long as somebody says so.
 *
 * A write of a lone client wakes five sleeping threads in turn, each on a core that has gone to sleep meanwhile; on a virtual machine the
 * way out of that sleep leads through the host and takes longer than what the thread then does. While a process holds this file of the
 * kernel with a latency of 0 in it, idle cores wait in a loop instead (Linux, "PM Quality of Service interface"). They take power and,
 * on a virtual machine, time of the host for it; no process waits for them.
 *
 * @module
 */
import { accessSync, closeSync, constants, openSync, writeSync } from 'node:fs';
import { ControlError } from './control.js';

export const LATENCY_FILE = '/dev/cpu_dma_latency';

/** Cores may sleep again when nothing was asked for so long; at most twice that. */
const REST_AFTER_MS = 250;

const NO_LATENCY_US = new Uint8Array(4);

/** @throws ControlError `unsupported` where cores cannot be kept awake */
export function checkAwakeCores(file: string = LATENCY_FILE): void {
  try {
    accessSync(file, constants.W_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const remedy = `run as root on Linux, allow writing to ${file}, or leave idle_cores at auto`;
    throw new ControlError('unsupported', `idle_cores: awake: ${why}; ${remedy}`);
  }
}

export function canKeepAwake(): boolean {
  try {
    checkAwakeCores();
    return true;
  } catch {
    return false;
  }
}

export class AwakeCores {
  readonly #file: string;
  readonly #onFailure: (why: string) => void;
  /** The kernel takes the request back when it is closed, at the end of the thread at the latest. */
  #held: number | null = null;
  #wasUsed = false;
  #hasFailed = false;
  #timer: NodeJS.Timeout | null = null;

  /** `onFailure`: the file could be written at the start and cannot any more; the cores sleep from then on. */
  constructor(onFailure: (why: string) => void, file: string = LATENCY_FILE) {
    this.#onFailure = onFailure;
    this.#file = file;
  }

  /** They shall be awake for a while from now on. */
  touch(): void {
    this.#wasUsed = true;
    if (this.#held !== null || this.#hasFailed) return;
    try {
      this.#held = openSync(this.#file, 'r+');
      writeSync(this.#held, NO_LATENCY_US);
    } catch (error) {
      this.release();
      this.#hasFailed = true;
      this.#onFailure(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#timer = setInterval(() => this.#restIfUnused(), REST_AFTER_MS);
    this.#timer.unref();
  }

  release(): void {
    if (this.#held === null) return;
    if (this.#timer !== null) clearInterval(this.#timer);
    closeSync(this.#held);
    this.#held = null;
    this.#timer = null;
  }

  #restIfUnused(): void {
    if (!this.#wasUsed) this.release();
    this.#wasUsed = false;
  }
}
