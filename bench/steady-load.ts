/**
 * A light load at a fixed rate, run as a process of its own: SET, GET and INCR in equal parts, for as long as it is told.
 *
 * Twenty times a second each connection that has its replies sends its share of what fell due; one that still waits is passed over, and
 * its share is counted as late. Prints one JSON line `SteadyResult`. Usage: `node steady-load.js '{"ports":[5001],…}'`.
 *
 * @module
 */
import { connect, type Socket } from 'node:net';
import { ReplyCounter } from './reply-counter.js';

export interface SteadyOptions {
  readonly host: string;
  readonly ports: readonly number[];
  /** Operations a second over all connections. */
  readonly rate: number;
  readonly keys: number;
  readonly valueBytes: number;
  readonly durationMs: number;
}

export interface SteadyResult {
  readonly operations: number;
  /** Operations that were not sent because the connection had not answered yet. */
  readonly late: number;
  readonly errors: number;
  readonly firstError: string | null;
}

const INTERVAL_MS = 50;

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;

class SteadyConnection {
  readonly #socket: Socket;
  readonly #options: SteadyOptions;
  readonly #value: string;
  #outstanding = 0;
  #turn = 0;
  operations = 0;
  late = 0;

  constructor(port: number, options: SteadyOptions, onError: (message: string) => void) {
    this.#options = options;
    this.#value = 'x'.repeat(options.valueBytes);
    const counter = new ReplyCounter(onError);
    this.#socket = connect({ host: options.host, port, noDelay: true });
    this.#socket.on('data', chunk => {
      const replies = counter.push(chunk);
      this.#outstanding -= replies;
      this.operations += replies;
    });
    this.#socket.on('error', error => onError(error.message));
    this.#socket.on('close', () => onError('the connection was closed'));
  }

  send(count: number): void {
    if (this.#outstanding > 0) {
      this.late += count;
      return;
    }
    let text = '';
    for (let i = 0; i < count; i++) text += this.#command();
    this.#outstanding = count;
    this.#socket.write(text, 'latin1');
  }

  end(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #command(): string {
    const name = `steady:${Math.floor(Math.random() * this.#options.keys)}`;
    this.#turn += 1;
    if (this.#turn % 3 === 0) return `*3\r\n$3\r\nSET\r\n${bulk(name)}${bulk(this.#value)}`;
    if (this.#turn % 3 === 1) return `*2\r\n$3\r\nGET\r\n${bulk(name)}`;
    return `*2\r\n$4\r\nINCR\r\n${bulk(`count:${name}`)}`;
  }
}

async function run(options: SteadyOptions): Promise<SteadyResult> {
  let errors = 0;
  let firstError: string | null = null;
  const connections = options.ports.map(
    port =>
      new SteadyConnection(port, options, message => {
        errors += 1;
        firstError ??= message;
      }),
  );
  const startedAt = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) * options.rate) / 1000;
    const each = Math.floor((due - sent) / connections.length);
    sent += each * connections.length;
    if (each > 0) for (const connection of connections) connection.send(each);
  }, INTERVAL_MS);
  await new Promise(resolve => setTimeout(resolve, options.durationMs));
  clearInterval(timer);
  for (const connection of connections) connection.end();
  const sum = (figure: (connection: SteadyConnection) => number): number =>
    connections.reduce((total, connection) => total + figure(connection), 0);
  return { operations: sum(each => each.operations), late: sum(each => each.late), errors, firstError };
}

const result = await run(JSON.parse(process.argv[2] ?? '{}') as SteadyOptions);
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
