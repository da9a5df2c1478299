/**
 * A gateway in front of an etcd cluster.
 *
 * @module
 */
import type { ClusterConfig } from '../config/cluster-config.js';
import type { UserAccount } from '../config/users.js';
import { EtcdEngine } from '../engine/etcd/etcd-engine.js';
import { EtcdFailure } from '../engine/etcd/etcd-failure.js';
import { ETCD_DEFAULTS, type EtcdOptions } from '../engine/etcd/options.js';
import { Gateway } from '../gateway/gateway.js';
import type { TlsOptions } from '../gateway/tls.js';
import { OperationFailed } from './cli-error.js';

export interface EtcdFrontOptions {
  readonly etcd: EtcdOptions;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Limits and certificates of the gateway. */
  readonly config: Pick<
    ClusterConfig,
    'maxClients' | 'maxKeyBytes' | 'maxValueBytes' | 'tlsCertFile' | 'tlsKeyFile' | 'tlsCaFile' | 'tlsClients'
  >;
  readonly users: readonly UserAccount[];
  /** How long to wait for a member that knows of a leader; default 10 seconds. */
  readonly waitMs?: number;
}

export interface EtcdFront {
  readonly port: number;
  readonly engine: EtcdEngine;
  readonly gateway: Gateway;
  close(): Promise<void>;
}

const WAIT_MS = 10_000;
/** A value must fit into one request of etcd, with its key and what goes with them. */
const REQUEST_MARGIN_BYTES = 4 * 1024;

/** @throws OperationFailed when etcd has no leader in time, GatewayError when the gateway cannot listen */
export async function openEtcdFront(options: EtcdFrontOptions): Promise<EtcdFront> {
  const engine = new EtcdEngine(options.etcd);
  const gateway = new Gateway(gatewayOptions(options), engine);
  try {
    await engine.start();
    await engine.untilLed(options.waitMs ?? WAIT_MS);
    await gateway.listen();
  } catch (error) {
    engine.close();
    throw error instanceof EtcdFailure ? new OperationFailed(error.message) : error;
  }
  engine.setFront({ node: 0, host: options.host, port: gateway.port });
  return {
    port: gateway.port,
    engine,
    gateway,
    close: async () => {
      await gateway.close();
      engine.close();
    },
  };
}

function gatewayOptions({ etcd, host, port, config, users }: EtcdFrontOptions) {
  const { maxClients, maxKeyBytes, maxValueBytes } = config;
  const mostBytes = (etcd.maxRequestBytes ?? ETCD_DEFAULTS.maxRequestBytes) - REQUEST_MARGIN_BYTES;
  const tls = tlsOf(config);
  return {
    node: 0,
    host,
    port,
    nodes: [{ node: 0, host, port }],
    users,
    ...(tls === null ? {} : { tls }),
    limits: {
      clients: maxClients,
      sizes: { keyBytes: maxKeyBytes, valueBytes: Math.min(maxValueBytes, mostBytes) },
    },
  };
}

function tlsOf({
  tlsCertFile,
  tlsKeyFile,
  tlsCaFile,
  tlsClients,
}: EtcdFrontOptions['config']): TlsOptions | null {
  if (tlsCertFile === '') return null;
  const clientCaFile = tlsClients === 'certified' ? tlsCaFile : null;
  return { certFile: tlsCertFile, keyFile: tlsKeyFile, clientCaFile };
}
