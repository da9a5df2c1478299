/**
 * The control plane: calls to another thread over Comlink that always settle.
 *
 * Comlink alone leaves a call to a thread that died pending for ever, and keeps only name and message of an error.
 * Here every call has a time limit, is rejected when the thread ends, and errors keep their `code`.
 *
 * @module
 */
import type { MessagePort } from 'node:worker_threads';
import * as Comlink from 'comlink';

/** Thrown when the thread that should answer has ended, or ends before it answers. */
export class NodeGone extends Error {
  override readonly name = 'NodeGone';
  readonly code = 'node-gone';
  readonly exitCode: number | null;
  constructor(peer: string, exitCode: number | null, cause?: unknown) {
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    super(`${peer} ended (exit code ${exitCode ?? 'none'})${reason}`, { cause });
    this.exitCode = exitCode;
  }
}

/** Thrown when there is no answer in time; the call may still take effect. */
class RpcTimeout extends Error {
  override readonly name = 'RpcTimeout';
  readonly code = 'rpc-timeout';
  constructor(peer: string, method: string, timeoutMs: number) {
    super(`${peer} did not answer "${method}" within ${timeoutMs} ms`);
  }
}

/** Thrown instead of sending when too many calls to the same thread have no answer yet. */
class RpcOverloaded extends Error {
  override readonly name = 'RpcOverloaded';
  readonly code = 'rpc-overloaded';
  constructor(peer: string) {
    super(`${peer} has ${MAX_UNANSWERED_CALLS} unanswered calls`);
  }
}

/** Thrown when the far side threw; `code` is its error's code. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const MAX_UNANSWERED_CALLS = 4_096;

/** Methods that may be called from another thread: data in, data or a promise of data out. */
export type Callable<Api> = { [Method in keyof Api]: (...args: never[]) => unknown };

type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

interface Endpoint {
  call(method: string, args: readonly unknown[]): Promise<Answer>;
}

/** Makes `api` callable through the port. */
export function exposeRpc<Api extends Callable<Api>>(api: Api, port: MessagePort): void {
  const methods = new Map<string, (...args: unknown[]) => unknown>();
  for (const [name, method] of Object.entries(api)) {
    methods.set(name, (...args) => Reflect.apply(method as () => unknown, api, args));
  }
  const endpoint: Endpoint = {
    async call(name, args) {
      try {
        const method = methods.get(name);
        if (method === undefined) throw new RemoteError('no-such-method', `no method ${name}`);
        return { ok: true, value: await method(...args) };
      } catch (error) {
        return { ok: false, ...describeError(error) };
      }
    },
  };
  Comlink.expose(endpoint, port as unknown as Comlink.Endpoint);
}

export class RpcClient<Api extends Callable<Api>> {
  readonly #peer: string;
  readonly #port: MessagePort;
  readonly #timeoutMs: number;
  /** Held for the client's life: Comlink closes the far side when its proxy is collected. */
  readonly #root: Comlink.Remote<Endpoint>;
  readonly #pending = new Set<(error: Error) => void>();
  /** Sent and without an answer, calls that timed out included: Comlink remembers those too. */
  #unanswered = 0;
  #ended: Error | null = null;

  constructor(port: MessagePort, peer: string, timeoutMs: number) {
    this.#port = port;
    this.#peer = peer;
    this.#timeoutMs = timeoutMs;
    this.#root = Comlink.wrap<Endpoint>(port as unknown as Comlink.Endpoint);
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /**
   * Calls a method of the far side.
   * @throws NodeGone, RpcTimeout, RpcOverloaded, or RemoteError when the method threw
   */
  call<Method extends keyof Api & string>(
    method: Method,
    args: Parameters<Api[Method]>,
    timeoutMs = this.#timeoutMs,
  ): Promise<Awaited<ReturnType<Api[Method]>>> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended);
      if (this.#unanswered >= MAX_UNANSWERED_CALLS) return reject(new RpcOverloaded(this.#peer));
      const settle = (): void => {
        clearTimeout(timer);
        this.#pending.delete(fail);
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      const timer = setTimeout(() => fail(new RpcTimeout(this.#peer, method, timeoutMs)), timeoutMs);
      this.#pending.add(fail);
      this.#send(method, args).then(answer => {
        settle();
        if (answer.ok) resolve(answer.value as Awaited<ReturnType<Api[Method]>>);
        else reject(new RemoteError(answer.code, answer.message));
      }, fail);
    });
  }

  /** Rejects everything pending and every later call. To be called when the far thread ended. */
  end(error: Error): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    for (const fail of [...this.#pending]) fail(error);
    this.#root[Comlink.releaseProxy]();
    this.#port.close();
  }

  async #send(method: string, args: readonly unknown[]): Promise<Answer> {
    this.#unanswered++;
    try {
      return await this.#root.call(method, args);
    } finally {
      this.#unanswered--;
    }
  }
}

/** What of an error crosses to another thread. */
export function describeError(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: 'error', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'error';
  return { code, message: error.message };
}
