/**
 * Entry of the thread of a spawned etcd: supervisor, links, gateways, command interpreter.
 *
 * @module
 */
import { workerData } from 'node:worker_threads';
import { createInterpreter } from '../src/chaos/interpreter.js';
import type { OpenWorkload } from '../src/chaos/workload.js';
import { clientAccess } from '../src/config/client-access.js';
import { hostEtcd } from '../src/etcd-cluster/host-etcd.js';
import type { RuntimeWorkerData } from '../src/runtime/runtime-protocol.js';

const data = workerData as RuntimeWorkerData;

/** The harness is loaded when somebody asks for it: most clusters never do. */
const openWorkload: OpenWorkload = async (nodes, seed) => {
  const { ScriptWorkload } = await import('../src/harness/script-workload.js');
  return new ScriptWorkload({ nodes, seed, access: clientAccess(data.spec.config, process.env) });
};

hostEtcd(data, control => createInterpreter(control, { openWorkload }));
