/**
 * Load generator, run as a process of its own so that its CPU time is not the store's.
 *
 * Closed loop: every connection sends `pipeline` commands, waits for all their replies, and sends again. Prints one
 * JSON line `LoadResult`. Usage: `node load.js '{"port":5001,"command":"set",…}'`.
 *
 * @module
 */
import { connect, type Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { ReplyCounter } from './reply-counter.js';

export interface LoadOptions {
  readonly host: string;
  /** Connections are spread over these ports in turn. */
  readonly ports: readonly number[];
  /** `fill`: every key once, in order; `durationMs` is the time limit. */
  readonly command: 'set' | 'get' | 'incr' | 'mixed' | 'fill';
  readonly connections: number;
  readonly pipeline: number;
  readonly valueBytes: number;
  readonly keys: number;
  readonly warmupMs: number;
  readonly durationMs: number;
}

export interface LoadResult {
  readonly operations: number;
  /** With those of the warm-up. */
  readonly allOperations: number;
  readonly errors: number;
  readonly firstError: string | null;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;

const setCommand = (key: string, value: string): string => `*3\r\n$3\r\nSET\r\n${bulk(key)}${bulk(value)}`;

/** One command on the wire; every `ratio`-th of a mixed load is a SET. */
function encode(options: LoadOptions, value: string, turn: number): string {
  const key = `key:${Math.floor(Math.random() * options.keys)}`;
  const writes = options.command === 'set' || (options.command === 'mixed' && turn % 2 === 0);
  if (writes) return setCommand(key, value);
  if (options.command === 'incr') return `*2\r\n$4\r\nINCR\r\n${bulk(`counter:${key}`)}`;
  return `*2\r\n$3\r\nGET\r\n${bulk(key)}`;
}

class Load {
  readonly #options: LoadOptions;
  readonly #value: string;
  readonly #histogram = createHistogram();
  readonly #sockets: Socket[] = [];
  #operations = 0;
  #allOperations = 0;
  #errors = 0;
  #firstError: string | null = null;
  #measuring = false;
  #stopped = false;
  /** Of a fill: keys sent, and what to call when all are answered. */
  #filled = 0;
  #onFilled: () => void = () => {};

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#value = 'x'.repeat(options.valueBytes);
  }

  async run(): Promise<LoadResult> {
    const { connections, ports, host, warmupMs, durationMs } = this.#options;
    await Promise.all(
      Array.from({ length: connections }, (_, turn) =>
        this.#open(host, ports[turn % ports.length] ?? 0, turn),
      ),
    );
    await new Promise(resolve => setTimeout(resolve, warmupMs));
    this.#measuring = true;
    const startedAt = performance.now();
    await this.#until(durationMs);
    const seconds = (performance.now() - startedAt) / 1000;
    this.#stopped = true;
    for (const socket of this.#sockets) socket.destroy();
    return this.#result(seconds);
  }

  /** A fill that is not done in time is an error. */
  #until(durationMs: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        if (this.#options.command === 'fill') this.#fail('the time was too short');
        resolve();
      }, durationMs);
      this.#onFilled = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#options.command === 'fill' && this.#operations >= this.#options.keys) this.#onFilled();
    });
  }

  #open(host: string, port: number, turn: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true }, () => {
        this.#drive(socket, turn);
        resolve();
      });
      this.#sockets.push(socket);
      socket.on('error', error => {
        if (!this.#stopped) this.#fail(error.message);
        reject(error);
      });
    });
  }

  #drive(socket: Socket, firstTurn: number): void {
    const { pipeline } = this.#options;
    const counter = new ReplyCounter(message => this.#fail(message));
    let turn = firstTurn;
    let outstanding = 0;
    let sentAt = 0;
    let sent = pipeline;
    const send = (): void => {
      let text = '';
      if (this.#options.command === 'fill') {
        sent = Math.min(pipeline, this.#options.keys - this.#filled);
        if (sent === 0) return;
        for (let i = 0; i < sent; i += 1) text += setCommand(`key:${this.#filled++}`, this.#value);
      } else for (let i = 0; i < sent; i += 1) text += encode(this.#options, this.#value, turn++);
      outstanding = sent;
      sentAt = performance.now();
      socket.write(text, 'latin1');
    };
    socket.on('data', chunk => {
      outstanding -= counter.push(chunk);
      if (outstanding > 0 || this.#stopped) return;
      this.#allOperations += sent;
      if (this.#measuring || this.#options.command === 'fill') {
        this.#histogram.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
        this.#operations += sent;
        if (this.#options.command === 'fill' && this.#operations >= this.#options.keys) this.#onFilled();
      }
      send();
    });
    send();
  }

  #fail(message: string): void {
    this.#errors += 1;
    this.#firstError ??= message;
  }

  #result(seconds: number): LoadResult {
    const ms = (microseconds: number): number => microseconds / 1000;
    return {
      operations: this.#operations,
      allOperations: this.#allOperations,
      errors: this.#errors,
      firstError: this.#firstError,
      seconds,
      perSecond: this.#operations / seconds,
      p50Ms: ms(this.#histogram.percentile(50)),
      p99Ms: ms(this.#histogram.percentile(99)),
      maxMs: ms(this.#histogram.max),
    };
  }
}

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const result = await new Load(options).run();
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
