/**
 * What clients reach of a member: a gateway whose engine asks this member and no other, and the operator's own commands.
 *
 * A client at the gateway of a member that is cut off gets what that member can give: no linearizable answer.
 *
 * @module
 */
import type { ClusterConfig } from '../config/cluster-config.js';
import type { UserAccount } from '../config/users.js';
import { EtcdEngine } from '../engine/etcd/etcd-engine.js';
import { ETCD_DEFAULTS } from '../engine/etcd/options.js';
import { Gateway } from '../gateway/gateway.js';
import type { TlsOptions } from '../gateway/tls.js';
import type { KvResult } from '../runtime/control.js';
import { DataLimit } from '../runtime/data-limit.js';
import type { ClusterHandle } from '../runtime/handle.js';
import { KvCalls } from '../runtime/kv-calls.js';
import type { NodeAddress, NodeReport } from '../runtime/node-protocol.js';
import { CountingEngine } from './counting-engine.js';
import type { MemberPlan } from './member-plan.js';

export interface FrontOptions {
  readonly member: MemberPlan;
  readonly config: ClusterConfig;
  readonly users: readonly UserAccount[];
  /** Where the gateways are; kept up to date in place. */
  readonly addresses: NodeAddress[];
  readonly admin: Pick<ClusterHandle, 'execute' | 'status'>;
}

/** A value must fit into one request of etcd, with its key and what goes with them. */
const REQUEST_MARGIN_BYTES = 4 * 1024;

interface OpenFront {
  readonly gateway: Gateway;
  readonly engine: EtcdEngine;
  readonly counts: CountingEngine;
  readonly operator: EtcdEngine;
  readonly kv: KvCalls;
}

export class MemberFront {
  readonly #options: FrontOptions;
  #open: OpenFront | null = null;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(options: FrontOptions) {
    this.#options = options;
  }

  /** @throws GatewayError `port-in-use` */
  open(): Promise<void> {
    return this.#inTurn(() => this.#openNow());
  }

  /** Its port is closed, and what was under way is given up: its outcome is unknown. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#closeNow());
  }

  /** A member may be started again while its port is still being closed. */
  #inTurn(action: () => Promise<void>): Promise<void> {
    const result = this.#lastChange.then(action);
    this.#lastChange = result.catch(() => {});
    return result;
  }

  async #openNow(): Promise<void> {
    if (this.#open !== null) return;
    const { member, config, addresses } = this.#options;
    const etcd = { endpoints: [`${member.host}:${member.clientPort}`], timeoutMs: config.rpcTimeoutMs };
    const engine = new EtcdEngine(etcd);
    const operator = new EtcdEngine(etcd);
    const counts = new CountingEngine(engine);
    const gateway = new Gateway(this.#gatewayOptions(), counts, this.#options.admin);
    const kv = new KvCalls(operator, this.#sizes(), new DataLimit(0, () => 0));
    this.#open = { gateway, engine, counts, operator, kv };
    try {
      await gateway.listen();
    } catch (error) {
      await this.#closeNow();
      throw error;
    }
    const { host } = this.#address();
    addresses[member.node] = { node: member.node, host, port: gateway.port };
    engine.setFront({ node: member.node, host, port: gateway.port });
    void engine.start();
  }

  async #closeNow(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    open.engine.close();
    open.operator.close();
    await open.gateway.close();
  }

  report(): Pick<NodeReport, 'clients' | 'writes' | 'reads' | 'writeLatency' | 'gateway'> {
    const { gateway, counts } = this.#open ?? {};
    return {
      clients: gateway?.clientCount ?? 0,
      writes: counts?.writes ?? 0,
      reads: counts?.reads ?? 0,
      writeLatency: counts?.writeLatency.take() ?? null,
      ...(gateway === undefined ? {} : { gateway: gateway.counters() }),
    };
  }

  /** Null: the member is down. */
  async kv(args: readonly string[]): Promise<KvResult | null> {
    return (await this.#open?.kv.run(args)) ?? null;
  }

  #address(): NodeAddress {
    const { member, addresses } = this.#options;
    return addresses[member.node] ?? { node: member.node, host: 'localhost', port: 0 };
  }

  #sizes(): { readonly keyBytes: number; readonly valueBytes: number } {
    const { maxKeyBytes, maxValueBytes } = this.#options.config;
    const most = ETCD_DEFAULTS.maxRequestBytes - REQUEST_MARGIN_BYTES;
    return { keyBytes: maxKeyBytes, valueBytes: Math.min(maxValueBytes, most) };
  }

  #gatewayOptions(): ConstructorParameters<typeof Gateway>[0] {
    const { config, users, addresses } = this.#options;
    const tls = tlsOf(config);
    return {
      ...this.#address(),
      nodes: addresses,
      users,
      ...(tls === null ? {} : { tls }),
      limits: { clients: config.maxClients, sizes: this.#sizes() },
    };
  }
}

function tlsOf({ tlsCertFile, tlsKeyFile, tlsCaFile, tlsClients }: ClusterConfig): TlsOptions | null {
  if (tlsCertFile === '') return null;
  const clientCaFile = tlsClients === 'certified' ? tlsCaFile : null;
  return { certFile: tlsCertFile, keyFile: tlsKeyFile, clientCaFile };
}
