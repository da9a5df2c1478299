/**
 * The same closed loop as `load.ts` against etcd's gRPC interface: every connection is an HTTP/2 session of its own with one call
 * under way (`pipeline` calls, if more). A process of its own.
 *
 * @module
 */
import { type ClientHttp2Session, connect } from 'node:http2';
import { createHistogram } from 'node:perf_hooks';
import type { LoadOptions, LoadResult } from '../load.js';
import { unaryCall } from './etcd-call.js';
import { encodePut, encodeRange, PUT_PATH, RANGE_PATH } from './etcd-protocol.js';

class EtcdLoad {
  readonly #options: LoadOptions;
  readonly #value: string;
  readonly #histogram = createHistogram();
  readonly #sessions: ClientHttp2Session[] = [];
  #operations = 0;
  #allOperations = 0;
  #errors = 0;
  #firstError: string | null = null;
  #measuring = false;
  #stopped = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#value = 'x'.repeat(options.valueBytes);
  }

  async run(): Promise<LoadResult> {
    const { connections, ports, host, pipeline, warmupMs, durationMs } = this.#options;
    for (let turn = 0; turn < connections; turn++) {
      const session = connect(`http://${host}:${ports[turn % ports.length] ?? 0}`);
      session.on('error', error => this.#fail(error));
      this.#sessions.push(session);
      for (let i = 0; i < pipeline; i++) this.#call(session);
    }
    await new Promise(resolve => setTimeout(resolve, warmupMs));
    this.#measuring = true;
    const startedAt = performance.now();
    await new Promise(resolve => setTimeout(resolve, durationMs));
    const seconds = (performance.now() - startedAt) / 1000;
    this.#stopped = true;
    for (const session of this.#sessions) session.destroy();
    return this.#result(seconds);
  }

  #call(session: ClientHttp2Session): void {
    const key = `key:${Math.floor(Math.random() * this.#options.keys)}`;
    const isPut = this.#options.command === 'set';
    const message = isPut ? encodePut(key, this.#value) : encodeRange(key);
    const sentAt = performance.now();
    unaryCall(session, isPut ? PUT_PATH : RANGE_PATH, message, error => {
      if (this.#stopped) return;
      if (error !== null) {
        this.#fail(error);
        return;
      }
      this.#allOperations++;
      if (this.#measuring) {
        this.#histogram.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
        this.#operations++;
      }
      this.#call(session);
    });
  }

  #fail(error: Error): void {
    if (this.#stopped) return;
    this.#errors++;
    this.#firstError ??= error.message;
  }

  #result(seconds: number): LoadResult {
    return {
      operations: this.#operations,
      allOperations: this.#allOperations,
      errors: this.#errors,
      firstError: this.#firstError,
      seconds,
      perSecond: this.#operations / seconds,
      p50Ms: this.#histogram.percentile(50) / 1000,
      p99Ms: this.#histogram.percentile(99) / 1000,
      maxMs: this.#histogram.max / 1000,
    };
  }
}

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const result = await new EtcdLoad(options).run();
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
