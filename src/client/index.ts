/** @module What command line, terminal UI and harness use to talk to nodes over TCP. */
export { ClientError, type ClientErrorCode } from './client-error.js';
export { ClusterClient, type ClusterClientOptions, type NodeAddress } from './cluster-client.js';
export {
  ClientConnection,
  type CommandOutcome,
  type ConnectOptions,
  connect,
} from './connection.js';
export { type ClientReply, type PlainReply, plain, show } from './reply.js';
export type { ClientArgument } from './request.js';
