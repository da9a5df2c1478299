/**
 * Keeps the link faults of all hosts the same: a change is made here, then told to every other host.
 *
 * @module
 */
import { ControlError } from '../control.js';
import type { Router } from '../router.js';
import { describeError } from '../rpc.js';
import {
  applyFaults,
  type FaultTable,
  faultyLinks,
  isNewer,
  isSameVersion,
  NO_FAULTS,
} from './fault-table.js';

/** What another host says to a table: taken over, or its own, which is newer. */
export interface FaultAnswer {
  readonly newer: FaultTable | null;
}

export interface FaultSyncOptions {
  readonly self: string;
  /** All other hosts, reached or not. */
  readonly peers: readonly string[];
  readonly router: Router;
  /** @throws when the host is not reached */
  readonly tell: (host: string, table: FaultTable) => Promise<FaultAnswer>;
}

/** Changes that cross each other are made again on top of the newer one; more often than this nobody types. */
const MAX_ROUNDS = 20;

export class FaultSync {
  readonly #options: FaultSyncOptions;
  #table: FaultTable = NO_FAULTS;
  /** Made here, and not yet told. */
  #unsaid: (() => void)[] = [];
  #spreading: Promise<void> | null = null;

  constructor(options: FaultSyncOptions) {
    this.#options = options;
    // The faults the host begins with count less than any change anybody made.
    const links = faultyLinks(options.router);
    if (links.length > 0) this.#table = { changes: 1, host: options.self, links };
  }

  get table(): FaultTable {
    return this.#table;
  }

  /**
   * Makes a change of the router's faults on every host. Changes made in the same turn are told together.
   * @throws what `action` throws, with nothing changed; ControlError `hosts-missed` naming those not reached
   */
  change(action: () => void): Promise<void> {
    action();
    this.#advance();
    this.#unsaid.push(action);
    this.#spreading ??= this.#spreadNext();
    return this.#spreading;
  }

  /** Takes over a newer table of another host; answers the own one if that is newer. */
  hear(table: FaultTable): FaultAnswer {
    if (isNewer(this.#table, table)) return { newer: this.#table };
    if (!isSameVersion(this.#table, table)) this.#adopt(table);
    return { newer: null };
  }

  async #spreadNext(): Promise<void> {
    await Promise.resolve();
    // What is changed from now on is told after this.
    const actions = this.#unsaid;
    this.#unsaid = [];
    this.#spreading = null;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const newer = await this.#tellAll();
      if (newer === null) return;
      if (isNewer(newer, this.#table)) this.#adopt(newer);
      for (const action of actions) action();
      this.#advance();
    }
    throw new ControlError('refused', 'other hosts change the links all the time: try again');
  }

  /** Null: all hosts have it. */
  async #tellAll(): Promise<FaultTable | null> {
    const { self, peers, tell } = this.#options;
    const told = this.#table;
    const outcomes = await Promise.allSettled(peers.map(peer => tell(peer, told)));
    const missed: string[] = [];
    const done = [self];
    for (const [position, outcome] of outcomes.entries()) {
      const peer = peers[position] ?? '';
      if (outcome.status === 'rejected') missed.push(`${peer} (${describeError(outcome.reason).message})`);
      else if (outcome.value.newer === null) done.push(peer);
      // A host that has heard of a later change of this one has this change too.
      else if (outcome.value.newer.host !== self) return outcome.value.newer;
    }
    if (missed.length === 0) return null;
    throw new ControlError(
      'hosts-missed',
      `done on ${done.join(', ')}; not reached: ${missed.join(', ')}; it follows when it is reached again`,
    );
  }

  #advance(): void {
    const { self, router } = this.#options;
    this.#table = { changes: this.#table.changes + 1, host: self, links: faultyLinks(router) };
  }

  #adopt(table: FaultTable): void {
    this.#table = table;
    applyFaults(this.#options.router, table);
  }
}
