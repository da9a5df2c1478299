/**
 * The thread of a spawned etcd: the members, the command interpreter, and the calls of the main thread.
 *
 * @module
 */
import { type CreateInterpreter, exposeCluster, type HostedCluster } from '../runtime/runtime-host.js';
import type { RuntimeWorkerData } from '../runtime/runtime-protocol.js';
import { StatusFeed } from '../runtime/status-feed.js';
import { EtcdControl } from './etcd-control.js';
import { EtcdRuntime } from './etcd-runtime.js';

export function hostEtcd(data: RuntimeWorkerData, createInterpreter: CreateInterpreter): void {
  exposeCluster(data.controlPort, () => openEtcd(data, createInterpreter));
}

async function openEtcd(
  { spec, statusPort }: RuntimeWorkerData,
  createInterpreter: CreateInterpreter,
): Promise<HostedCluster> {
  const runtime = await EtcdRuntime.create(spec, line => interpreter.execute(line, 'gateway'));
  const control = new EtcdControl(runtime);
  const interpreter = createInterpreter(control);
  if (spec.matrix !== null) control.setMatrix(spec.matrix);
  return {
    control,
    interpreter,
    feed: new StatusFeed(statusPort, () => runtime.status()),
    start: () => runtime.start(),
    setWatched: () => {},
    stop: () => runtime.stop(),
  };
}
