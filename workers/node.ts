/**
 * Entry of a node's thread: the node, and its gateway in front of it.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { ClusterConfig } from '../src/config/cluster-config.js';
import { Gateway } from '../src/gateway/gateway.js';
import type { TlsOptions } from '../src/gateway/tls.js';
import type { FrontContext } from '../src/runtime/front.js';
import { hostNode } from '../src/runtime/node-host.js';
import type { NodeWorkerData } from '../src/runtime/node-process.js';
import type { NodeSpec } from '../src/runtime/node-protocol.js';

if (parentPort === null) throw new Error('workers/node runs as a worker thread');

void hostNode(workerData as NodeWorkerData<NodeSpec>, parentPort, async (context: FrontContext) => {
  const { engine, spec, addresses, admin, backups, isDataFull } = context;
  const own = spec.addresses.find(({ node }) => node === spec.node);
  const { maxClients, maxKeyBytes, maxValueBytes, followerWrites, reads } = spec.config;
  const tls = tlsOf(spec.config);
  const gateway = new Gateway(
    {
      node: spec.node,
      host: own?.host ?? 'localhost',
      port: own?.port ?? 0,
      nodes: addresses,
      redirect: followerWrites === 'redirect',
      leaseReads: reads === 'lease',
      users: spec.users,
      ...(tls === null ? {} : { tls }),
      limits: {
        clients: maxClients,
        sizes: { keyBytes: maxKeyBytes, valueBytes: maxValueBytes },
      },
      backups,
      isDataFull,
    },
    engine,
    admin,
  );
  await gateway.listen();
  return {
    port: gateway.port,
    clientCount: () => gateway.clientCount,
    counters: () => gateway.counters(),
    close: () => gateway.close(),
  };
});

function tlsOf({ tlsCertFile, tlsKeyFile, tlsCaFile, tlsClients }: ClusterConfig): TlsOptions | null {
  if (tlsCertFile === '') return null;
  const clientCaFile = tlsClients === 'certified' ? tlsCaFile : null;
  return { certFile: tlsCertFile, keyFile: tlsKeyFile, clientCaFile };
}
