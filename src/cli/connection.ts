/**
 * How a command of this program reaches a running cluster: through the gateways of its config.
 *
 * @module
 */
import { ClientError, type ClientReply, ClusterClient, type NodeAddress } from '../client/index.js';
import { type ClusterConfig, endpointsOf } from '../config/cluster-config.js';
import { InvalidOperation, OperationFailed } from './cli-error.js';

export type Ask = (args: readonly string[]) => Promise<ClientReply>;

interface ReachOptions {
  /** Only this node; left out: whichever answers. */
  readonly node?: NodeAddress;
  /** Time a command itself takes, on top of the time any request may take. */
  readonly extraMs?: number;
}

/** Runs `use` with a client of the cluster and closes it. @throws OperationFailed or InvalidOperation, as the cluster answered */
export const withCluster = async <T>(
  config: ClusterConfig,
  use: (ask: Ask) => Promise<T>,
  options: ReachOptions = {},
): Promise<T> => {
  const { node, extraMs = 0 } = options;
  // The cluster gives up on a request after its own time limit; its answer must still be heard.
  const timeoutMs = config.rpcTimeoutMs + 2_000 + extraMs;
  const client = new ClusterClient({
    nodes: node === undefined ? endpointsOf(config) : [node],
    timeoutMs,
    deadlineMs: node === undefined ? config.rpcTimeoutMs + extraMs : 0,
    encoding: 'utf8',
  });
  try {
    return await use(args => client.command(args));
  } catch (error) {
    throw error instanceof ClientError ? failureOf(error) : error;
  } finally {
    client.close();
  }
};

/** The server's words without their code, and whether the command may have happened. */
const failureOf = (error: ClientError): Error => {
  const message = error.code === 'reply' ? error.message.replace(/^ERR /, '') : error.message;
  const invalid = /^Invalid operation: (.*)$/s.exec(message)?.[1];
  if (invalid !== undefined) return new InvalidOperation(invalid);
  return new OperationFailed(error.certain ? message : `outcome unknown: ${message}`);
};
