/**
 * Channels of this node: what changes in its store, and what happens to the cluster.
 *
 * - `__keyspace@0__:KEY` carries the event, `__keyevent@0__:EVENT` the key, when this node applies the change.
 * - `__cluster__:KIND` carries an event of the cluster as JSON, for admins.
 *
 * Messages are not kept for anybody. A subscriber that does not keep up is disconnected, so that it knows.
 *
 * @module
 */
import type { Engine } from '../engine/engine.js';
import { globMatcher } from '../kv/glob.js';
import type { Reply } from '../kv/reply.js';
import type { ClusterHandle } from '../runtime/handle.js';
import type { ClusterEvent } from '../runtime/status.js';
import type { ClientState } from './client-state.js';
import { toWire } from './wire-text.js';

export interface Subscriber {
  readonly state: ClientState;
  /** Writes a message outside of the order of replies; false: it does not keep up. */
  push(items: readonly Reply[]): boolean;
  /** Ends a connection that does not keep up. */
  cutOff(): void;
}

const KEYSPACE = '__keyspace@0__:';
const KEYEVENT = '__keyevent@0__:';
const CLUSTER = '__cluster__:';
const POLL_INTERVAL_MS = 200;

interface Pattern {
  readonly matches: (channel: string) => boolean;
  readonly subscribers: Set<Subscriber>;
}

type StatusSource = Pick<ClusterHandle, 'status'>;

export class PubSub {
  readonly #engine: Engine;
  readonly #cluster: StatusSource | null;
  readonly #channels = new Map<string, Set<Subscriber>>();
  readonly #patterns = new Map<string, Pattern>();
  #poll: NodeJS.Timeout | null = null;
  #lastSequence = -1;
  #polling = false;
  /** False: the engine tells nobody which keys change, so a channel about keys would stay silent for ever. */
  readonly #tellsOfKeys: boolean;

  constructor(engine: Engine, cluster: StatusSource | null) {
    this.#engine = engine;
    this.#cluster = cluster;
    this.#tellsOfKeys = engine.observe(null);
  }

  /** False for a channel about keys, or a pattern meant for such, when the engine tells nothing of them. */
  carries(name: string): boolean {
    return this.#tellsOfKeys || !name.startsWith('__key');
  }

  subscribe(subscriber: Subscriber, channel: string): void {
    subscriber.state.channels.add(channel);
    const present = this.#channels.get(channel);
    if (present === undefined) this.#channels.set(channel, new Set([subscriber]));
    else present.add(subscriber);
    this.#listen();
  }

  subscribePattern(subscriber: Subscriber, glob: string): void {
    subscriber.state.patterns.add(glob);
    const present = this.#patterns.get(glob);
    if (present === undefined) {
      this.#patterns.set(glob, { matches: globMatcher(glob), subscribers: new Set([subscriber]) });
    } else {
      present.subscribers.add(subscriber);
    }
    this.#listen();
  }

  unsubscribe(subscriber: Subscriber, channel: string): void {
    subscriber.state.channels.delete(channel);
    const present = this.#channels.get(channel);
    present?.delete(subscriber);
    if (present?.size === 0) this.#channels.delete(channel);
    this.#listen();
  }

  unsubscribePattern(subscriber: Subscriber, glob: string): void {
    subscriber.state.patterns.delete(glob);
    const present = this.#patterns.get(glob);
    present?.subscribers.delete(subscriber);
    if (present?.subscribers.size === 0) this.#patterns.delete(glob);
    this.#listen();
  }

  /** Ends all subscriptions of one that leaves. */
  leave(subscriber: Subscriber): void {
    const { channels, patterns } = subscriber.state;
    for (const channel of [...channels]) this.unsubscribe(subscriber, channel);
    for (const glob of [...patterns]) this.unsubscribePattern(subscriber, glob);
  }

  close(): void {
    this.#channels.clear();
    this.#patterns.clear();
    this.#listen();
  }

  /** Sources cost something only while somebody listens. */
  #listen(): void {
    const isQuiet = this.#channels.size === 0 && this.#patterns.size === 0;
    const observer = { keyChanged: (key: string, event: string) => this.#keyChanged(key, event) };
    this.#engine.observe(isQuiet ? null : observer);
    if (!isQuiet && this.#poll === null && this.#cluster !== null) {
      this.#lastSequence = -1;
      this.#poll = setInterval(() => void this.#look(), POLL_INTERVAL_MS);
      this.#poll.unref();
      void this.#look();
    } else if (isQuiet && this.#poll !== null) {
      clearInterval(this.#poll);
      this.#poll = null;
    }
  }

  #keyChanged(key: string, event: string): void {
    this.#publish(`${KEYSPACE}${key}`, event);
    this.#publish(`${KEYEVENT}${event}`, key);
  }

  /** What has happened since it looked last; the first time it only takes note of where it is. */
  async #look(): Promise<void> {
    if (this.#cluster === null || this.#polling) return;
    this.#polling = true;
    try {
      const { events } = await this.#cluster.status();
      const last = this.#lastSequence;
      this.#lastSequence = events.at(-1)?.sequence ?? Math.max(last, 0);
      if (last >= 0) for (const event of events) if (event.sequence > last) this.#tell(event);
    } catch {
      // The runtime is gone or busy: there is nothing to tell.
    } finally {
      this.#polling = false;
    }
  }

  #tell(event: ClusterEvent): void {
    this.#publish(`${CLUSTER}${event.kind}`, toWire(JSON.stringify(event)), true);
  }

  #publish(channel: string, message: string, forAdmins = false): void {
    for (const subscriber of this.#channels.get(channel) ?? []) {
      send(subscriber, ['message', channel, message], forAdmins);
    }
    for (const [glob, { matches, subscribers }] of this.#patterns) {
      if (!matches(channel)) continue;
      for (const subscriber of subscribers) send(subscriber, ['pmessage', glob, channel, message], forAdmins);
    }
  }
}

function send(subscriber: Subscriber, items: readonly Reply[], forAdmins: boolean): void {
  if (forAdmins && subscriber.state.user?.role !== 'admin') return;
  if (!subscriber.push(items)) subscriber.cutOff();
}
