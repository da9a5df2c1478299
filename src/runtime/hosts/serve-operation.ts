/**
 * What another host may ask of this one's nodes.
 *
 * @module
 */
import type { ControlRequest } from '../../node/control.js';
import type { ClusterRuntime } from '../cluster-runtime.js';
import { type ClusterControl, ControlError, type DiskFault } from '../control.js';

/** Of the nodes that run here alone. */
type OwnControl = Pick<
  ClusterControl,
  'kill' | 'revive' | 'pause' | 'resume' | 'setClock' | 'setDisk' | 'addNode' | 'debug' | 'kv'
>;

/** The first argument is a node that runs here. */
const NODE_OPERATIONS = {
  kill: ({ control }, node) => control.kill(node),
  revive: ({ control }, node) => control.revive(node),
  pause: ({ control }, node) => control.pause(node),
  resume: ({ control }, node) => control.resume(node),
  clock: ({ control }, node, [offsetMs, rate]) => control.setClock(node, Number(offsetMs), Number(rate)),
  disk: ({ control }, node, [fault]) => control.setDisk(node, fault as DiskFault),
  debug: ({ control }, node, [variable]) => control.debug(String(variable), node),
  kv: ({ control }, node, [words]) => control.kv(words as readonly string[], node),
  ask: ({ runtime }, node, [request]) => runtime.ask(node, request as ControlRequest),
} as const satisfies Record<
  string,
  (host: Serving, node: number, args: readonly unknown[]) => Promise<unknown>
>;

export type NodeOperation = keyof typeof NODE_OPERATIONS;

export interface Serving {
  readonly runtime: ClusterRuntime;
  readonly control: OwnControl;
}

/** @throws ControlError */
export async function serveOperation(
  host: Serving,
  name: string,
  args: readonly unknown[],
): Promise<unknown> {
  const [first, ...rest] = args;
  const node = Number(first);
  if (name === 'add') return host.control.addNode(node);
  if (!isNodeOperation(name)) throw new ControlError('unsupported', `this host cannot ${name}`);
  if (!host.runtime.roster.isLocal(node)) {
    throw new ControlError('bad-node', `node ${node} does not live on this host`);
  }
  return NODE_OPERATIONS[name](host, node, rest);
}

const isNodeOperation = (name: string): name is NodeOperation => Object.hasOwn(NODE_OPERATIONS, name);
