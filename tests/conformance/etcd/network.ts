/**
 * The messages in flight between the nodes of a replayed trace, in the order they were sent.
 *
 * @module
 */
import { APPEND_THREAD, APPLY_THREAD, type Message, type RaftId } from '../../../src/raft/index.js';
import { messageName } from './format.js';

const isLocal = ({ from, to }: Message): boolean =>
  from === to || from === APPEND_THREAD || from === APPLY_THREAD || to < 0;

export class Network {
  #inFlight: Message[] = [];

  send(messages: readonly Message[]): void {
    this.#inFlight.push(...messages);
  }

  hasMessagesTo(id: RaftId): boolean {
    return this.#inFlight.some(message => message.to === id);
  }

  /** Takes out what is addressed to `id`, of one type if one is named. */
  take(id: RaftId, type: string | undefined): readonly Message[] {
    return this.#remove(message => matches(message, id, type));
  }

  /** As `take`, but what a node says to itself or to its threads cannot be lost. */
  takeToDrop(id: RaftId, type: string | undefined): readonly Message[] {
    return this.#remove(message => matches(message, id, type) && !isLocal(message));
  }

  #remove(isTaken: (message: Message) => boolean): readonly Message[] {
    const taken = this.#inFlight.filter(isTaken);
    this.#inFlight = this.#inFlight.filter(message => !isTaken(message));
    return taken;
  }
}

function matches(message: Message, id: RaftId, type: string | undefined): boolean {
  return message.to === id && (type === undefined || messageName(message) === type);
}
