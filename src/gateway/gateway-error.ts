/**
 * Why a gateway cannot start.
 *
 * @module
 */

/**
 * `port-in-use`: `port` says which. `unprotected`: a password is needed outside loopback. `bad-certificate`: a file of
 * the TLS configuration cannot be used.
 */
export type GatewayErrorCode = 'port-in-use' | 'cannot-listen' | 'unprotected' | 'bad-certificate';

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
