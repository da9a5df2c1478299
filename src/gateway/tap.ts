/**
 * MONITOR: one client at a time sees what all others send to this node.
 *
 * It never slows them down: what a watcher cannot take is left out, and it is told how much.
 *
 * @module
 */
import { simple, type TaggedReply } from '../kv/reply.js';
import type { ClientState } from './client-state.js';

/** Whoever watches. */
export interface TapWatcher {
  readonly state: ClientState;
  /** Writes outside of the order of replies; false: it does not keep up, nothing was written. */
  offer(reply: TaggedReply): boolean;
}

/** They carry passwords. */
const SECRET_COMMANDS: ReadonlySet<string> = new Set(['auth', 'hello']);
const MAX_WORD_CHARACTERS = 1024;

export class Tap {
  #watcher: TapWatcher | null = null;
  #lost = 0;

  get isOpen(): boolean {
    return this.#watcher !== null;
  }

  /** False: somebody else watches already. */
  open(watcher: TapWatcher): boolean {
    if (this.#watcher !== null && this.#watcher !== watcher) return false;
    this.#watcher = watcher;
    this.#lost = 0;
    return true;
  }

  /** Nothing happens when this is not the one who watches. */
  close(watcher: TapWatcher): void {
    if (this.#watcher === watcher) this.#watcher = null;
  }

  /** @param args name first */
  show(from: ClientState, args: readonly string[]): void {
    const watcher = this.#watcher;
    if (watcher === null || watcher.state === from) return;
    if (SECRET_COMMANDS.has((args[0] ?? '').toLowerCase())) return;
    if (this.#lost > 0 && watcher.offer(simple(`${timestamp()} ... (${this.#lost} commands left out)`))) {
      this.#lost = 0;
    }
    const words = args.map(quoted).join(' ');
    if (!watcher.offer(simple(`${timestamp()} [0 ${from.address}] ${words}`))) this.#lost++;
  }
}

function timestamp(): string {
  const nowMs = Date.now();
  return `${Math.floor(nowMs / 1000)}.${String((nowMs % 1000) * 1000).padStart(6, '0')}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '"': '\\"',
  '\\': '\\\\',
};

/** As Redis prints bytes. */
function quoted(word: string): string {
  const shown = word.length > MAX_WORD_CHARACTERS ? `${word.slice(0, MAX_WORD_CHARACTERS)}...` : word;
  const escaped = shown.replace(
    /["\\]|[^ -~]/g,
    byte => ESCAPES[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped}"`;
}
