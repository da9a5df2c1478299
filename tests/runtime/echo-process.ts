/**
 * Starts echo workers for tests and waits for what they do.
 *
 * @module
 */
import type { Frame } from '../../src/node/frame.js';
import { createForwardingTable } from '../../src/runtime/forwarding-table.js';
import { type NodeExit, NodeProcess } from '../../src/runtime/node-process.js';
import type { EchoApi, EchoSignal, EchoSpec } from './echo-worker.js';

export interface EchoNode {
  readonly process: NodeProcess<EchoApi, EchoSignal>;
  readonly frames: Frame[];
  readonly lines: string[];
  readonly signals: EchoSignal[];
  readonly exits: NodeExit[];
}

export function startEcho(spec: EchoSpec = {}, maxHeapMb = 64): EchoNode {
  const frames: Frame[] = [];
  const lines: string[] = [];
  const signals: EchoSignal[] = [];
  const exits: NodeExit[] = [];
  const process = new NodeProcess<EchoApi, EchoSignal>(
    {
      name: 'echo',
      entry: new URL('./echo-worker.js', import.meta.url),
      identity: { node: 0, life: 1 },
      forwarding: createForwardingTable(),
      spec,
      exposeCluster: () => {},
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
      callTimeoutMs: 2_000,
    },
    {
      onFrame: frame => frames.push(frame),
      onSignal: signal => signals.push(signal),
      onOutput: line => lines.push(line),
      onExit: exit => exits.push(exit),
    },
  );
  return { process, frames, lines, signals, exits };
}

/** Resolves when the condition holds; fails naming it after `limitMs`. */
export async function until(what: string, condition: () => boolean, limitMs = 5_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`waited ${limitMs} ms for: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 2));
  }
}
