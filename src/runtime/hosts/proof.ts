/**
 * Shows that a host knows the secret without telling it: a keyed hash over both sides' nonces and what the host says
 * of itself. Neither can be replayed, nor turned back to the one who sent it.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const PROOF_BYTES = 32;

export type LinkRole = 'dialer' | 'listener';

export interface ProofContext {
  readonly secret: Buffer;
  /** Whose proof it is. */
  readonly role: LinkRole;
  /** Both prefaces, that of the dialer first: versions, lane and nonces are part of what is shown. */
  readonly dialerPreface: Buffer;
  readonly listenerPreface: Buffer;
}

export const proofOf = (context: ProofContext, identity: Buffer): Buffer =>
  createHmac('sha256', context.secret)
    .update(`raftkv host link, ${context.role}\n`)
    .update(context.dialerPreface)
    .update(context.listenerPreface)
    .update(identity)
    .digest();

/** Takes as long whatever is wrong. */
export function isProof(context: ProofContext, identity: Buffer, proof: Buffer): boolean {
  const expected = proofOf(context, identity);
  return proof.length === expected.length && timingSafeEqual(expected, proof);
}
