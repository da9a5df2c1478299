/**
 * Calls to the members of an etcd cluster, over connections of which each belongs to one member.
 *
 * The library's own repetitions are off: it would send a transaction again without knowing what became of the first.
 * Here only what changes nothing, or nothing twice, is sent to the next member when one does not answer.
 *
 * @module
 */
import { rootCertificates } from 'node:tls';
import { Etcd3, type IOptions } from 'etcd3';
import { EtcdFailure, failureOf } from './etcd-failure.js';
import type { EtcdOptions, EtcdTls } from './options.js';

/** When the call must have been answered. */
export interface CallLimit {
  readonly deadline: Date;
}

export type Call<T> = (etcd: Etcd3, limit: CallLimit) => Promise<T>;

/** A member that says nothing for so long is left for the next. */
const ATTEMPT_MS = 1_500;
/** Between two rounds over all members. */
const PAUSE_MS = 50;
/** A large value must be able to come back; how much is asked for at once is this side's business. */
const UNLIMITED = -1;
const CHANNEL = {
  'grpc.max_receive_message_length': UNLIMITED,
  'grpc.max_send_message_length': UNLIMITED,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 3_000,
};

type Policy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>;

const listen = () => ({ dispose: () => undefined });
/** Calls once and passes on what comes of it. */
const ONCE = {
  execute: async <T>(work: (context: { signal: AbortSignal }) => PromiseLike<T> | T): Promise<T> =>
    work({ signal: new AbortController().signal }),
  onSuccess: listen,
  onFailure: listen,
};

export class EtcdClient {
  readonly members: readonly Etcd3[];
  #current = 0;
  #closed = false;

  constructor(options: EtcdOptions) {
    this.members = options.endpoints.map(endpoint => openMember(endpoint, options));
  }

  close(): void {
    this.#closed = true;
    for (const member of this.members) member.close();
  }

  /**
   * For what may be done more than once: goes from member to member until one answers.
   *
   * @param untilMs of `performance.now()`
   * @throws EtcdFailure; `unknown` when no member answered in time
   */
  async repeatably<T>(untilMs: number, call: Call<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#call(Math.min(untilMs, performance.now() + ATTEMPT_MS), call);
      } catch (error) {
        const failure = failureOf(error);
        const isFinal = failure.code === 'refused' || failure.code === 'lease-gone' || this.#closed;
        if (isFinal || performance.now() + PAUSE_MS >= untilMs) throw failure;
        if (attempt % this.members.length === 0) await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  /**
   * For what must not be done twice: leaves at most once.
   *
   * @param untilMs of `performance.now()`
   * @throws EtcdFailure
   */
  async once<T>(untilMs: number, call: Call<T>): Promise<T> {
    for (let left = this.members.length; ; left--) {
      try {
        return await this.#call(untilMs, call);
      } catch (error) {
        const failure = failureOf(error);
        if (failure.code !== 'never-sent' || left <= 1 || this.#closed) throw failure;
      }
    }
  }

  /** One that does not answer is not the first to be asked next time. */
  async #call<T>(untilMs: number, call: Call<T>): Promise<T> {
    const index = this.#current;
    const member = this.members[index];
    if (member === undefined || this.#closed)
      throw new EtcdFailure('never-sent', 'the engine is stopping', 'stopping');
    try {
      return await call(member, limitOf(untilMs));
    } catch (error) {
      const { code } = failureOf(error);
      const isSilent = code === 'never-sent' || code === 'unknown';
      if (isSilent && this.#current === index) this.#current = (index + 1) % this.members.length;
      throw error;
    }
  }
}

export function limitOf(untilMs: number): CallLimit {
  return { deadline: new Date(Date.now() + Math.max(1, untilMs - performance.now())) };
}

function openMember(endpoint: string, { tls, username, password }: EtcdOptions): Etcd3 {
  return new Etcd3({
    hosts: [tls === undefined ? endpoint : `https://${endpoint}`],
    grpcOptions: CHANNEL,
    faultHandling: { host: () => ONCE as unknown as Policy, global: ONCE as unknown as Policy },
    ...(username === undefined ? {} : { auth: { username, password: password ?? '' } }),
    ...(tls === undefined ? {} : { credentials: credentialsOf(tls) }),
  });
}

function credentialsOf({ ca, cert, key }: EtcdTls): NonNullable<IOptions['credentials']> {
  return {
    rootCertificate: Buffer.from(ca ?? rootCertificates.join('\n')),
    ...(cert === undefined ? {} : { certChain: Buffer.from(cert) }),
    ...(key === undefined ? {} : { privateKey: Buffer.from(key) }),
  };
}
