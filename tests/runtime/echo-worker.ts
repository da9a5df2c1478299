/**
 * The smallest node: echoes frames and calls, and fails in every way a node can.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Frame } from '../../src/node/frame.js';
import { NodeFlags } from '../../src/runtime/node-flags.js';
import type { NodeLifecycle, NodeWorkerData } from '../../src/runtime/node-process.js';
import { exposeRpc } from '../../src/runtime/rpc.js';

export interface EchoSpec {
  readonly failAtStart?: string;
  readonly failAfterMs?: number;
}

export interface EchoApi extends NodeLifecycle {
  echo(value: unknown): unknown;
  hang(): Promise<void>;
  refuse(code: string, message: string): void;
  crash(message: string): void;
  exhaustHeap(): void;
  exit(code: number): void;
  print(text: string): void;
  /** How often the event loop has turned: stands still while paused. */
  turns(): number;
}

export type EchoSignal = { readonly kind: 'hello'; readonly text: string };

const { spec, flags, dataPort, controlPort } = workerData as NodeWorkerData<EchoSpec>;
const nodeFlags = new NodeFlags(flags);
let turns = 0;

setInterval(() => turns++, 1);
parentPort?.on('message', () => {
  nodeFlags.sleepWhilePaused(() => parentPort?.postMessage({ kind: 'paused' }));
});
dataPort.on('message', (frame: Frame) => {
  nodeFlags.countConsumed(1, frame.body.length);
  dataPort.postMessage([{ ...frame, from: frame.to, to: frame.from }]);
});

function throwLater(error: Error): void {
  setTimeout(() => {
    throw error;
  }, 1);
}

exposeRpc<EchoApi>(
  {
    echo: value => value,
    hang: () => new Promise<void>(() => {}),
    refuse(code, message) {
      throw Object.assign(new Error(message), { code });
    },
    crash: message => throwLater(new Error(message)),
    exhaustHeap() {
      setTimeout(() => {
        const hoard: unknown[] = [];
        for (;;) hoard.push(new Array(1_000).fill(hoard.length));
      }, 1);
    },
    exit: code => process.exit(code),
    print: text => void process.stdout.write(text),
    turns: () => turns,
    stop: async () => {},
  },
  controlPort,
);

if (spec.failAtStart !== undefined) {
  throw Object.assign(new Error('cannot start'), { code: spec.failAtStart });
}
if (spec.failAfterMs !== undefined) {
  setTimeout(() => {
    throw new Error('keeps failing');
  }, spec.failAfterMs);
}
parentPort?.postMessage({ kind: 'hello', text: 'echo' });
parentPort?.postMessage({ kind: 'ready' });
