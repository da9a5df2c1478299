/**
 * Gathers what all connections want in one turn of the event loop into batches for the engine, and hands the outcomes
 * back.
 *
 * Segments wait as they are until a batch may leave, so what arrives while the engine is busy forms the next batch.
 *
 * @module
 */
import type { BatchId, CommandArguments, Engine, Outcome, ReadConsistency } from '../engine/engine.js';
import { BatchBuilder } from '../kv/batch-builder.js';
import { Lane } from './lane.js';
import type { GatewayMetrics } from './metrics.js';
import type { Segment } from './segment.js';
import type { Settings } from './settings.js';

/** Whoever has a segment to execute. */
export interface Submitter {
  readonly segment: Segment;
  readonly consistency: ReadConsistency;
  /** The outcome of the segment; with `done` its replies start at `first`. Never called from within `submit`. */
  settle(outcome: Outcome, first: number, elapsedMs: number): void;
}

interface BatchInFlight {
  readonly submitters: readonly Submitter[];
  readonly isWrite: boolean;
  readonly bytes: number;
}

/** Reads per batch; they carry no data, so this only bounds how long one batch keeps the loop busy. */
const READS_PER_BATCH = 16_384;

export class Batches {
  readonly #engine: Engine;
  readonly #settings: Settings;
  readonly #metrics: GatewayMetrics;
  readonly #inFlight = new Map<BatchId, BatchInFlight>();
  #builder: BatchBuilder;
  readonly #writes = new Lane<Submitter>();
  readonly #reads = new Lane<Submitter>();
  #bytes = 0;
  #nextId = 1;
  #flushScheduled = false;

  constructor(engine: Engine, settings: Settings, metrics: GatewayMetrics) {
    this.#engine = engine;
    this.#settings = settings;
    this.#metrics = metrics;
    this.#builder = new BatchBuilder(settings.limits.sizes);
    engine.onOutcome(outcome => this.#settle(outcome));
  }

  /** Bytes accepted and not answered. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False: refused, because too much is in flight; nothing of it is executed. */
  submit(submitter: Submitter): boolean {
    const { segment } = submitter;
    if (this.#bytes > this.#settings.limits.inFlightBytes) return false;
    this.#bytes += segment.bytes;
    segment.submittedAtMs = performance.now();
    (segment.hasWrite ? this.#writes : this.#reads).add(submitter);
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      setImmediate(() => this.#flush());
    }
    return true;
  }

  #flush(): void {
    this.#flushScheduled = false;
    const depth = this.#settings.limits.batchesInFlight;
    while (this.#writes.mayLeave(depth)) this.#submitWrites();
    while (this.#reads.mayLeave(depth)) this.#submitReads();
  }

  #submitWrites(): void {
    const builder = this.#builder;
    let taken = 0;
    let bytes = 0;
    for (const { segment } of this.#writes.waiting) {
      segment.encode(builder);
      bytes += segment.bytes;
      taken++;
      if (builder.byteLength >= this.#settings.limits.batchBytes) break;
    }
    const submitters = this.#writes.waiting;
    const id = this.#register({ submitters, isWrite: true, bytes });
    this.#writes.leave(submitters.splice(taken), bytes);
    this.#engine.submit(id, builder);
    // An engine that keeps the builder for later leaves it full.
    if (builder.count > 0) this.#builder = new BatchBuilder(this.#settings.limits.sizes);
  }

  #submitReads(): void {
    const { waiting } = this.#reads;
    const consistency = waiting[0]?.consistency ?? 'linearizable';
    const submitters: Submitter[] = [];
    const others: Submitter[] = [];
    const commands: CommandArguments[] = [];
    let bytes = 0;
    for (const submitter of waiting) {
      if (submitter.consistency !== consistency || commands.length >= READS_PER_BATCH) {
        others.push(submitter);
        continue;
      }
      submitters.push(submitter);
      bytes += submitter.segment.bytes;
      for (const args of submitter.segment.args) commands.push(args);
    }
    this.#reads.leave(others, bytes);
    this.#engine.read(this.#register({ submitters, isWrite: false, bytes }), commands, consistency);
  }

  #register(batch: BatchInFlight): BatchId {
    const id = this.#nextId++;
    this.#inFlight.set(id, batch);
    return id;
  }

  #settle(outcome: Outcome): void {
    const batch = this.#inFlight.get(outcome.id);
    if (batch === undefined) return;
    this.#inFlight.delete(outcome.id);
    (batch.isWrite ? this.#writes : this.#reads).arrive(batch.bytes);
    this.#bytes -= batch.bytes;
    const nowMs = performance.now();
    let first = 0;
    for (const submitter of batch.submitters) {
      const count = submitter.segment.commands.length;
      const elapsedMs = nowMs - submitter.segment.submittedAtMs;
      this.#metrics.settled(outcome.kind, batch.isWrite, count, elapsedMs);
      submitter.settle(outcome, first, elapsedMs);
      first += count;
    }
    const mayGoOn = this.#writes.waiting.length > 0 || this.#reads.waiting.length > 0;
    if (mayGoOn && !this.#flushScheduled) {
      this.#flushScheduled = true;
      setImmediate(() => this.#flush());
    }
  }
}
