/**
 * Events of a trace in the words of the event panel.
 *
 * @module
 */
import type { ClusterEvent } from '../../src/runtime/status.js';
import type { TracedEvent } from './trace-events.js';

function told(event: TracedEvent, kind: ClusterEvent['kind'], text: string): Omit<ClusterEvent, 'sequence'> {
  return { atMs: event.atMs, kind, node: event.node, text };
}

/** Null: too much of the everyday to be told. */
export function tellEvent(event: TracedEvent): Omit<ClusterEvent, 'sequence'> | null {
  switch (event.kind) {
    case 'start':
      return told(event, 'restart', `started in term ${event.term}, log up to ${event.index}`);
    case 'crash':
      return told(event, 'crash', 'crashed');
    case 'vote':
      return event.vote === event.node
        ? told(event, 'election', `campaigns in term ${event.term}`)
        : told(event, 'vote', `votes for n${event.vote} in term ${event.term}`);
    case 'leader':
      return told(event, 'leader', `leads in term ${event.term}`);
    case 'step-down':
      return told(event, 'step-down', `no longer leads (term ${event.term})`);
    case 'truncate':
      return told(event, 'alarm', `deletes entries from ${event.index} on: they are not the leader’s`);
    case 'snapshot':
      return told(event, 'snapshot', `snapshot at ${event.index}`);
    case 'install':
      return told(event, 'snapshot', `takes over a snapshot at ${event.index}`);
    case 'term':
    case 'append':
    case 'commit':
    case 'apply':
    case 'state':
      return null;
  }
}
