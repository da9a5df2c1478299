/**
 * Why a gateway cannot start.
 *
 * @module
 */

/** `port-in-use`: `port` says which. `unprotected`: a password is needed outside loopback. */
export type GatewayErrorCode = 'port-in-use' | 'cannot-listen' | 'unprotected';

export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;
  readonly port: number;
  constructor(code: GatewayErrorCode, port: number, message: string) {
    super(message);
    this.code = code;
    this.port = port;
  }
}
