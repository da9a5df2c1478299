/**
 * Sending a line of the command language, from the prompt or for a key: the same path, the same trace.
 *
 * @module
 */
import { addCommand } from './event-lines.js';
import type { State } from './state.js';
import type { Effect, Step } from './step.js';

/** Commands waiting for their answers; a line beyond this is refused, and said so. */
export const MAX_RUNNING = 1000;

/** Sends lines in their order. Each stands in the event panel at once, its answer follows. */
export function send(state: State, lines: readonly string[], nowMs: number): Step {
  const effects: Effect[] = [];
  let next = state;
  for (const line of lines) {
    if (next.running >= MAX_RUNNING) {
      next = {
        ...next,
        toast: { kind: 'bad', line, text: `not sent: ${MAX_RUNNING} commands wait already` },
      };
      continue;
    }
    const id = next.events.nextId;
    next = {
      ...next,
      events: addCommand(next.events, line, nowMs),
      running: next.running + 1,
      eventScroll: 0,
    };
    effects.push({ kind: 'execute', id, line });
  }
  return { state: next, effects };
}
