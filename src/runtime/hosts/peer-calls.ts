/**
 * Calls to another host: each is answered, or fails when the time or the link is over.
 *
 * @module
 */
import { ControlError } from '../control.js';
import { RemoteError } from '../rpc.js';

/** More are refused: whoever does not answer so many answers none. */
const MAX_PENDING = 1_024;

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export interface CallRequest {
  readonly id: number;
  readonly operation: string;
  readonly args: readonly unknown[];
}

export type CallAnswer = { readonly id: number } & (
  | { readonly ok: true; readonly value?: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string }
);

export class PeerCalls {
  readonly #host: string;
  readonly #send: (request: CallRequest) => boolean;
  readonly #pending = new Map<number, PendingCall>();
  #lastId = 0;

  /** `send` answers false when the link does not take it. */
  constructor(host: string, send: (request: CallRequest) => boolean) {
    this.#host = host;
    this.#send = send;
  }

  /** @throws ControlError `node-down` (certainly not done), `timeout` (perhaps done); RemoteError as the host answered */
  call(operation: string, args: readonly unknown[], timeoutMs: number): Promise<unknown> {
    const id = ++this.#lastId;
    if (this.#pending.size >= MAX_PENDING || !this.#send({ id, operation, args })) {
      return Promise.reject(new ControlError('node-down', `host ${this.#host} is not reached`));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new ControlError('timeout', `host ${this.#host} did not answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
    });
  }

  settle(answer: CallAnswer): void {
    const call = this.#pending.get(answer.id);
    if (call === undefined) return;
    this.#pending.delete(answer.id);
    clearTimeout(call.timer);
    if (answer.ok) call.resolve(answer.value);
    else call.reject(new RemoteError(answer.code, answer.message));
  }

  /** The link is gone: what was asked may have been done or not. */
  end(): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new ControlError('timeout', `the link to host ${this.#host} broke before it answered`));
    }
    this.#pending.clear();
  }
}
