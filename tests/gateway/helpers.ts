/**
 * A gateway on a free port over a memory engine, and a raw client.
 *
 * @module
 */
import { connect, type Socket } from 'node:net';
import type { Test } from 'uvu';
import type { Engine, LeaderHint } from '../../src/engine/engine.js';
import type { GatewayAdmin } from '../../src/gateway/commands/gateway-command.js';
import { Gateway } from '../../src/gateway/gateway.js';
import type { GatewayOptions } from '../../src/gateway/options.js';
import { MemoryEngine } from '../helpers/memory-engine.js';

export interface TestGateway {
  readonly gateway: Gateway;
  /** Nothing happens in it while another engine is used. */
  readonly engine: MemoryEngine;
  readonly port: number;
}

/** An engine that is not in memory, and where it says that clients find its gateway. */
export interface OtherEngine {
  readonly engine: Engine;
  setFront(front: LeaderHint): void;
  close(): void;
}

let openOther: (() => Promise<OtherEngine>) | null = null;

/** From now on each gateway gets an engine of this kind instead of one in memory. */
export function replaceEngine(open: () => Promise<OtherEngine>): void {
  openOther = open;
}

/** For tests that look into the memory engine, or are about what other engines do not offer: elsewhere there are none. */
export function inMemoryOnly<Context>(test: Test<Context>): Test<Context>['skip'] {
  return isOnMemoryEngine() ? test : () => undefined;
}

export const isOnMemoryEngine = (): boolean => openOther === null;

export async function startGateway(
  options: Partial<GatewayOptions> = {},
  admin: GatewayAdmin | null = null,
): Promise<TestGateway> {
  const engine = new MemoryEngine();
  const other = (await openOther?.()) ?? null;
  const nodes = [{ node: 0, host: '127.0.0.1', port: 0 }];
  const settings = { node: 0, host: '127.0.0.1', port: 0, nodes, ...options };
  const gateway = new Gateway(settings, other?.engine ?? engine, admin);
  await gateway.listen();
  const { port } = gateway;
  engine.hint = { node: 0, host: '127.0.0.1', port };
  other?.setFront(engine.hint);
  return { gateway, engine, port };
}

/** Polls until the condition holds. @throws after `withinMs`, naming `what` */
export async function until(what: string, condition: () => boolean, withinMs = 5000): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (let turn = 0; !condition(); turn++) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    // What is about to come on this machine comes within a few turns.
    if (turn < 50) await new Promise(resolve => setImmediate(resolve));
    else await new Promise(resolve => setTimeout(resolve, 2));
  }
}

/** A socket that collects what comes, as latin1 text. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', chunk => {
      this.received += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
  }

  static open(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawClient(socket)));
    });
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Waits until exactly this has been received, and forgets it. */
  async expect(text: string): Promise<void> {
    const shown = JSON.stringify(text.slice(0, 200));
    try {
      await until(`receive ${shown}`, () => this.received.length >= text.length || this.closed);
    } catch (error) {
      throw new Error(`${String(error)}; received ${JSON.stringify(this.received.slice(0, 200))}`);
    }
    if (!this.received.startsWith(text)) {
      throw new Error(`expected ${shown}, received ${JSON.stringify(this.received.slice(0, 400))}`);
    }
    this.received = this.received.slice(text.length);
  }

  /** One command, as RESP. */
  command(...args: string[]): void {
    this.send(encode(args));
  }

  close(): void {
    this.socket.destroy();
  }
}

export function encode(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map(arg => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
}

export const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
