/**
 * Reads the messages of one link while their panel is shown.
 *
 * @module
 */
import type { ClusterHandle } from '../src/runtime/handle.js';
import { type LinkMessages, messagesQuery, readMessages } from './messages.js';
import type { LinkAt } from './state.js';

/** Often enough that none is missed: the cluster keeps the last hundreds of a link. */
const LOOK_MS = 250;

export interface MessageWatchHost {
  readonly handle: ClusterHandle;
  readonly watchedLink: () => LinkAt | null;
  readonly show: (changed: { readonly messages: LinkMessages }) => void;
}

export class MessageWatch {
  readonly #host: MessageWatchHost;
  readonly #timer: NodeJS.Timeout;
  /** From the router's clock to that of the wall; measured once, so that a message keeps its time. */
  #epochMs: number | null = null;
  #isLooking = false;

  constructor(host: MessageWatchHost) {
    this.#host = host;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { handle, watchedLink, show } = this.#host;
    const link = watchedLink();
    if (link === null || this.#isLooking) return;
    this.#isLooking = true;
    try {
      const result = await handle.execute(messagesQuery(link), 'tui');
      show({ messages: this.#answer(link, result.kind === 'done' ? result.text : null, result.text) });
    } catch (error) {
      show({ messages: failed(link, error instanceof Error ? error.message : String(error)) });
    } finally {
      this.#isLooking = false;
    }
  }

  #answer(link: LinkAt, text: string | null, problem: string): LinkMessages {
    if (text === null) return failed(link, problem);
    const { nowMs, messages } = readMessages(text);
    this.#epochMs ??= Date.now() - nowMs;
    return { link, messages, epochMs: this.#epochMs, problem: '' };
  }
}

function failed(link: LinkAt, problem: string): LinkMessages {
  return { link, messages: [], epochMs: 0, problem };
}
