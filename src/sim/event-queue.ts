/**
 * The future, in order: a binary heap of events by time, and by order of scheduling where times are equal.
 *
 * @module
 */
export interface ScheduledEvent {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class EventQueue {
  readonly #heap: ScheduledEvent[] = [];
  #scheduled = 0;
  #nowMs = 0;

  /** Time of the event that runs, or ran last; milliseconds since the run began. */
  get nowMs(): number {
    return this.#nowMs;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Events scheduled since the run began. */
  get scheduled(): number {
    return this.#scheduled;
  }

  at(atMs: number, run: () => void): void {
    this.#scheduled += 1;
    const event = { atMs: Math.max(atMs, this.#nowMs), order: this.#scheduled, run };
    const heap = this.#heap;
    let child = heap.length;
    heap.push(event);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent] as ScheduledEvent;
      if (!isBefore(event, above)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = event;
  }

  after(delayMs: number, run: () => void): void {
    this.at(this.#nowMs + delayMs, run);
  }

  /** Runs the next event if it is due by `untilMs`; false when none is, and the time is `untilMs` then. */
  runNext(untilMs: number): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.atMs > untilMs) {
      this.#nowMs = Math.max(this.#nowMs, untilMs);
      return false;
    }
    this.#removeFirst();
    this.#nowMs = first.atMs;
    first.run();
    return true;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as ScheduledEvent;
    const size = heap.length;
    if (size === 0) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && isBefore(heap[right] as ScheduledEvent, heap[child] as ScheduledEvent))
        child = right;
      const below = heap[child] as ScheduledEvent;
      if (!isBefore(below, last)) break;
      heap[parent] = below;
      parent = child;
    }
    heap[parent] = last;
  }
}

const isBefore = (a: ScheduledEvent, b: ScheduledEvent): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
