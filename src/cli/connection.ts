/**
 * How a command of this program reaches a running cluster: through the gateways of its config.
 *
 * @module
 */
import { ClientError, type ClientReply, ClusterClient, connect, type NodeAddress } from '../client/index.js';
import { type ClientAccess, clientAccess } from '../config/client-access.js';
import { type ClusterConfig, endpointsOf } from '../config/cluster-config.js';
import { InvalidOperation, OperationFailed } from './cli-error.js';

export type Ask = (args: readonly string[]) => Promise<ClientReply>;

interface ReachOptions {
  /** Only this node; left out: whichever answers. */
  readonly node?: NodeAddress;
  /** Time a command itself takes, on top of the time any request may take. */
  readonly extraMs?: number;
}

const CONNECT_TIMEOUT_MS = 2_000;
/** The cluster gives up on a request after its own time limit; its answer must still be heard. */
const ANSWER_MARGIN_MS = 2_000;

/**
 * Runs `use` with a client of the cluster and closes it.
 *
 * @throws OperationFailed or InvalidOperation, as the cluster answered; at once when nobody listens
 */
export const withCluster = async <T>(
  config: ClusterConfig,
  use: (ask: Ask) => Promise<T>,
  options: ReachOptions = {},
): Promise<T> => {
  const { node, extraMs = 0 } = options;
  let client: ClusterClient | null = null;
  try {
    const access = clientAccess(config, process.env);
    const nodes = await reachableFirst(node === undefined ? endpointsOf(config) : [node], access);
    client = new ClusterClient({
      ...access,
      nodes,
      timeoutMs: config.rpcTimeoutMs + ANSWER_MARGIN_MS + extraMs,
      deadlineMs: config.rpcTimeoutMs + extraMs,
    });
    const opened = client;
    return await use(args => opened.command(args));
  } catch (error) {
    throw error instanceof ClientError ? failureOf(error) : error;
  } finally {
    client?.close();
  }
};

/** The nodes, from the first that takes a connection on. @throws the first one's ClientError when none does */
const reachableFirst = async (
  nodes: readonly NodeAddress[],
  access: ClientAccess,
): Promise<readonly NodeAddress[]> => {
  let firstError: unknown;
  for (const [index, node] of nodes.entries()) {
    try {
      const connection = await connect({ ...access, ...node, timeoutMs: CONNECT_TIMEOUT_MS });
      connection.close();
      return [...nodes.slice(index), ...nodes.slice(0, index)];
    } catch (error) {
      firstError ??= error;
    }
  }
  throw firstError;
};

/** The server's words without their code, and whether the command may have happened. */
const failureOf = (error: ClientError): Error => {
  const message = error.code === 'reply' ? error.message.replace(/^ERR /, '') : error.message;
  const invalid = /^Invalid operation: (.*)$/s.exec(message)?.[1];
  if (invalid !== undefined) return new InvalidOperation(invalid);
  return new OperationFailed(error.certain ? message : `outcome unknown: ${message}`);
};
