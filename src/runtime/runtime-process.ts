/**
 * The main thread's end of the runtime's thread.
 *
 * @module
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { NodeGone, RpcClient } from './rpc.js';
import type { RuntimeApi, RuntimeNotice, RuntimeSpec, RuntimeWorkerData } from './runtime-protocol.js';
import type { ClusterStatus } from './status.js';

const RUNTIME_ENTRY = new URL('../../workers/runtime.js', import.meta.url);
/** Membership changes and snapshots take their time. */
const CALL_TIMEOUT_MS = 120_000;
const STOP_TIME_LIMIT_MS = 3_000;

export class RuntimeProcess {
  readonly rpc: RpcClient<RuntimeApi>;
  /** Settles, and never rejects, when the thread and all nodes' threads have ended. */
  readonly ended: Promise<NodeGone>;
  readonly #worker: Worker;
  readonly #statusPort: MessagePort;

  constructor(
    spec: RuntimeSpec,
    onStatus: (status: ClusterStatus) => void,
    onNotice: (text: string) => void = () => {},
    entry: URL = RUNTIME_ENTRY,
  ) {
    const control = new MessageChannel();
    const status = new MessageChannel();
    this.rpc = new RpcClient<RuntimeApi>(control.port1, 'the runtime', CALL_TIMEOUT_MS);
    this.#statusPort = status.port1;
    this.#statusPort.on('message', (message: ClusterStatus | RuntimeNotice) => {
      if ('notice' in message) {
        onNotice(message.notice);
        return;
      }
      this.#statusPort.postMessage('taken');
      onStatus(message);
    });
    const workerData: RuntimeWorkerData = {
      spec,
      controlPort: control.port2,
      statusPort: status.port2,
    };
    this.#worker = new Worker(entry, {
      name: 'runtime',
      workerData,
      transferList: [control.port2, status.port2],
      stdout: true,
      stderr: true,
      execArgv: [],
    });
    // Nothing of the project prints there; a library's warning must not end up on a terminal's screen.
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    this.ended = this.#watch();
  }

  /** Ends all nodes in order, then the thread; whatever does not end in time is terminated. */
  async stop(): Promise<void> {
    await this.rpc.call('stop', [], STOP_TIME_LIMIT_MS).catch(() => {});
    await this.#worker.terminate();
    await this.ended;
  }

  #watch(): Promise<NodeGone> {
    let cause: Error | null = null;
    this.#worker.on('error', error => {
      cause = error;
    });
    return new Promise(resolve => {
      this.#worker.once('exit', exitCode => {
        const gone = new NodeGone('the runtime', exitCode, cause ?? undefined);
        this.rpc.end(gone);
        this.#statusPort.close();
        resolve(gone);
      });
    });
  }
}
