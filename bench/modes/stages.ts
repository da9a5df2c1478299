/**
 * Where each microsecond of a SET goes: the product's own parts, one after the other, for the batches that 64 connections make without
 * and with pipelining.
 *
 * Each stage is measured alone and warm, as CPU time a command (the disk also as time waited), and multiplied by how often a write to three
 * nodes passes it. What the whole store uses beyond the sum goes to sockets, the event loop and waking threads.
 *
 * @module
 */
import { Worker } from 'node:worker_threads';
import { RequestParser } from '../../src/gateway/resp/parser.js';
import { ReplyWriter } from '../../src/gateway/resp/writer.js';
import { BatchBuilder } from '../../src/kv/batch-builder.js';
import { commandNamed } from '../../src/kv/commands/table.js';
import { OK } from '../../src/kv/reply.js';
import { StateMachine } from '../../src/kv/state-machine.js';
import { ByteWriter } from '../../src/node/byte-writer.js';
import { decodeMessage, encodeMessage, kindNumber } from '../../src/node/codec.js';
import { raftId } from '../../src/raft/ids.js';
import { NodeStorage } from '../../src/storage/node-storage.js';
import { RealDisk } from '../../src/storage/real-disk.js';
import { leaderPort } from '../cluster-leader.js';
import type { BenchFlags } from '../flags.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, measureLoad, warmUp } from '../run-load.js';
import { scratchFolder } from '../scratch.js';
import { serve } from '../serve.js';

const NODES = 3;
const FOLLOWERS = NODES - 1;
/** Messages of one write: an append to each follower and its reply, each over two hops (through the router). */
const HOPS = FOLLOWERS * 2 * 2;
const MEASURE_MS = 250;
const KEYS = 10_000;
const VALUE = 'x'.repeat(64);
const FRAMES_PER_BURST = 200;

interface Stage {
  readonly name: string;
  /** How often a write to the cluster passes it. */
  readonly times: number;
  readonly cpuMicroseconds: number;
  /** Time waited for one pass of the whole batch; null: it only computes. */
  readonly waitedMilliseconds: number | null;
}

export async function benchStages(flags: BenchFlags): Promise<void> {
  const lines: string[] = [];
  const kept: unknown[] = [];
  for (const [pipeline, commands] of [
    [1, 32],
    [16, 512],
  ] as const) {
    const stages = await measureStages(commands);
    const whole = await measureWhole(pipeline, flags);
    kept.push({ pipeline, commands, stages, whole });
    lines.push(...describe(pipeline, commands, stages, whole), '');
  }
  process.stdout.write(flags.json ? `${JSON.stringify(kept)}\n` : `${lines.join('\n')}\n`);
  say(`kept in ${keepResult('stages', kept)}`);
}

function describe(pipeline: number, commands: number, stages: readonly Stage[], whole: number): string[] {
  const sum = stages.reduce((total, stage) => total + stage.cpuMicroseconds * stage.times, 0);
  return [
    `SET, 64 connections, pipeline ${pipeline}: batches of ${commands}, ${NODES} nodes`,
    '| stage | times | CPU µs/op, once | CPU µs/op, all | waited, ms a batch |',
    '|---|---|---|---|---|',
    ...stages.map(
      ({ name, times, cpuMicroseconds, waitedMilliseconds }) =>
        `| ${name} | ${times} | ${cpuMicroseconds.toFixed(3)} | ${(cpuMicroseconds * times).toFixed(2)} | ${waitedMilliseconds?.toFixed(2) ?? ''} |`,
    ),
    `| sockets, event loop, turns, waking threads | | | ${(whole - sum).toFixed(2)} | |`,
    `| **the whole store, measured** | | | ${whole.toFixed(2)} | |`,
  ];
}

async function measureWhole(pipeline: number, flags: BenchFlags): Promise<number> {
  const cluster = await serve({ nodes: NODES, durable: true, portStart: flags.port });
  try {
    const ports = [await leaderPort(cluster.ports)];
    const load = { ...DEFAULT_LOAD, ports, command: 'set', pipeline, durationMs: flags.durationMs } as const;
    await warmUp(load);
    const { cpuMicroseconds } = await measureLoad([cluster.pid], load);
    return cpuMicroseconds;
  } finally {
    await cluster.stop();
  }
}

async function measureStages(commands: number): Promise<Stage[]> {
  const request = Buffer.from(
    Array.from({ length: commands }, (_, i) => wireSet(`key:${(i * 7919) % KEYS}`)).join(''),
    'latin1',
  );
  const words = Array.from({ length: commands }, (_, i) => [`key:${(i * 7919) % KEYS}`, VALUE]);
  const batch = encodeBatch(new BatchBuilder(), words, 1);
  const message = encodeAppend(batch);
  const alone = (name: string, times: number, run: () => void): Stage => ({
    name,
    times,
    cpuMicroseconds: cpuOf(run) / commands,
    waitedMilliseconds: null,
  });
  const builder = new BatchBuilder();
  const machine = new StateMachine();
  let sequence = 0;
  return [
    alone('parse requests', 1, () => parse(request)),
    alone('encode the batch', 1, () => encodeBatch(builder, words, 1)),
    alone('encode a message', FOLLOWERS, () => encodeAppend(batch)),
    {
      name: 'hop between threads',
      times: HOPS,
      cpuMicroseconds: (await hopCost(message.length)) / commands,
      waitedMilliseconds: null,
    },
    alone('decode a message', FOLLOWERS, () => decodeMessage(kindNumber('AppendEntries'), message)),
    { name: 'log, with its sync', times: NODES, ...logCost(batch, commands) },
    // A batch of its own each time: one that was applied is not applied again.
    alone('encode and apply', NODES, () => {
      sequence += 1;
      machine.apply(machine.lastApplied + 1, 1, encodeBatch(builder, words, sequence));
    }),
    alone('write replies', 1, () => reply(commands)),
  ];
}

const wireSet = (key: string): string =>
  `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${VALUE.length}\r\n${VALUE}\r\n`;

function parse(request: Buffer): void {
  const parser = new RequestParser();
  parser.feed(request);
  while (parser.next() !== null);
}

function encodeBatch(
  builder: BatchBuilder,
  words: readonly (readonly string[])[],
  sequence: number,
): Uint8Array {
  const opcode = commandNamed('set')?.opcode ?? 0;
  for (const args of words) builder.append(opcode, args);
  return builder.finish(1, 1, sequence);
}

function encodeAppend(data: Uint8Array): Uint8Array {
  const out = new ByteWriter();
  encodeMessage(out, {
    type: 'AppendEntries',
    from: raftId(1),
    to: raftId(2),
    term: 1,
    prevLogIndex: 1,
    prevLogTerm: 1,
    commit: 1,
    entries: [{ index: 2, term: 1, type: 'normal', data }],
  });
  return out.take();
}

function reply(commands: number): void {
  const writer = new ReplyWriter(() => undefined);
  for (let i = 0; i < commands; i++) writer.write(OK);
  writer.take();
}

/** CPU microseconds of one run, warm. */
function cpuOf(run: () => void): number {
  const until = (ms: number): number => {
    const startedAt = performance.now();
    let runs = 0;
    while (performance.now() - startedAt < ms) {
      run();
      runs += 1;
    }
    return runs;
  };
  until(MEASURE_MS);
  const before = process.cpuUsage();
  const runs = until(MEASURE_MS);
  const used = process.cpuUsage(before);
  return (used.user + used.system) / runs;
}

/** CPU microseconds of one frame from a thread to another one, both ends together. */
async function hopCost(bytes: number): Promise<number> {
  const worker = new Worker(new URL('../hop-worker.js', import.meta.url));
  const taken = (): Promise<unknown> =>
    new Promise(resolve => {
      worker.once('message', resolve);
      worker.postMessage('count');
    });
  const burst = async (): Promise<void> => {
    for (let i = 0; i < FRAMES_PER_BURST; i++) {
      const body = new Uint8Array(bytes);
      worker.postMessage({ from: 0, to: 1, kinds: [0], ends: [bytes], body }, [body.buffer]);
    }
    await taken();
  };
  try {
    for (let i = 0; i < 10; i++) await burst();
    const before = process.cpuUsage();
    let frames = 0;
    const startedAt = performance.now();
    while (performance.now() - startedAt < MEASURE_MS) {
      await burst();
      frames += FRAMES_PER_BURST;
    }
    const used = process.cpuUsage(before);
    return (used.user + used.system) / frames;
  } finally {
    await worker.terminate();
  }
}

function logCost(
  data: Uint8Array,
  commands: number,
): { readonly cpuMicroseconds: number; readonly waitedMilliseconds: number } {
  const scratch = scratchFolder('log');
  const storage = NodeStorage.open(new RealDisk(scratch.path, 'blocking'), {
    clusterId: 'bench',
    node: 0,
    incarnation: 0,
    raftId: raftId(1),
    initialMembers: { voters: [raftId(1)], outgoing: [], learners: [], learnersNext: [], autoLeave: false },
  });
  try {
    let index = storage.lastIndex();
    const append = (): void => {
      index += 1;
      storage.append([{ index, term: 1, type: 'normal', data }], null, error => {
        if (error !== null) throw error;
      });
    };
    const startedAt = performance.now();
    const before = index;
    const cpu = cpuOf(append);
    const waitedMilliseconds = (performance.now() - startedAt) / (index - before);
    return { cpuMicroseconds: cpu / commands, waitedMilliseconds };
  } finally {
    storage.close();
    scratch.remove();
  }
}
