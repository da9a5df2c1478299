/**
 * Waits for what the status will show.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ControlError } from './control.js';

const POLL_MS = 20;

/** @throws ControlError `timeout` naming what was waited for */
export async function waitUntil(what: string, condition: () => boolean, limitMs: number): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > endMs) {
      throw new ControlError('timeout', `waited ${limitMs} ms for ${what}`);
    }
    await delay(POLL_MS);
  }
}
