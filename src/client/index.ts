/** @module What command line, terminal UI and harness use to talk to nodes over TCP. */
export { ClientError } from './client-error.js';
export { ClusterClient, type NodeAddress } from './cluster-client.js';
export { ClientConnection, connect } from './connection.js';
export { type ClientReply, plain } from './reply.js';
export type { ClientArgument } from './request.js';
