/**
 * A real redis-server for comparison: started on a port of its own, spoken to in RESP3, ended by its pid.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reply } from '../../src/kv/reply.js';

const CONNECT_ATTEMPTS = 100;

/** Whether a redis-server of version 7 is installed. */
export function isRedisInstalled(): boolean {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return /\bv=7\./.test(stdout ?? '');
}

export class RedisProcess {
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #waiting: ((reply: Reply) => void)[] = [];
  #received = '';

  private constructor(child: ChildProcess, socket: Socket) {
    this.#child = child;
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', text => this.#receive(String(text)));
  }

  static async start(port: number): Promise<RedisProcess> {
    const options = ['--port', String(port), '--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', options, { stdio: 'ignore' });
    for (let attempt = 0; attempt < CONNECT_ATTEMPTS; attempt++) {
      const socket = connect(port, '127.0.0.1');
      try {
        await once(socket, 'connect');
        const redis = new RedisProcess(child, socket);
        await redis.call(['HELLO', '3']);
        return redis;
      } catch {
        socket.destroy();
        await delay(50);
      }
    }
    child.kill();
    throw new Error(`redis-server does not answer on port ${port}`);
  }

  call(words: readonly string[]): Promise<Reply> {
    const parts = words.map(word => `$${word.length}\r\n${word}\r\n`);
    this.#socket.write(`*${words.length}\r\n${parts.join('')}`, 'latin1');
    return new Promise(resolve => {
      this.#waiting.push(resolve);
    });
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #receive(text: string): void {
    this.#received += text;
    for (;;) {
      const parsed = parse(this.#received, 0);
      if (parsed === null) return;
      this.#received = this.#received.slice(parsed.end);
      this.#waiting.shift()?.(parsed.reply);
    }
  }
}

interface Parsed {
  readonly reply: Reply;
  readonly end: number;
}

/** Null: not complete yet. */
function parse(text: string, start: number): Parsed | null {
  const lineEnd = text.indexOf('\r\n', start);
  if (lineEnd < 0) return null;
  const line = text.slice(start + 1, lineEnd);
  const end = lineEnd + 2;
  switch (text.charAt(start)) {
    case '+':
      return { reply: { kind: 'simple', text: line }, end };
    case '-':
      return { reply: { kind: 'error', text: line }, end };
    case ':': {
      const value = Number(line);
      return { reply: Number.isSafeInteger(value) ? value : BigInt(line), end };
    }
    case '_':
      return { reply: null, end };
    case '#':
      return { reply: { kind: 'boolean', value: line === 't' }, end };
    case ',':
      return { reply: { kind: 'double', value: Number(line) }, end };
    case '$':
      return parseBulk(text, end, Number(line));
    case '*':
      return parseItems(text, end, Number(line), items => items);
    case '~':
      return parseItems(text, end, Number(line), items => ({ kind: 'set', items }));
    case '%':
      return parseItems(text, end, 2 * Number(line), items => ({ kind: 'map', items }));
    default:
      throw new Error(`unexpected reply ${JSON.stringify(text.slice(start, start + 20))}`);
  }
}

function parseBulk(text: string, start: number, length: number): Parsed | null {
  if (length < 0) return { reply: null, end: start };
  const end = start + length;
  return text.length < end + 2 ? null : { reply: text.slice(start, end), end: end + 2 };
}

function parseItems(
  text: string,
  start: number,
  count: number,
  wrap: (items: Reply[]) => Reply,
): Parsed | null {
  const items: Reply[] = [];
  let end = start;
  for (let i = 0; i < count; i++) {
    const item = parse(text, end);
    if (item === null) return null;
    items.push(item.reply);
    end = item.end;
  }
  return { reply: wrap(items), end };
}
