/**
 * Text as the gateway handles it: one character a byte, of its UTF-8 form.
 *
 * @module
 */

/** From ordinary text to the bytes sent, one character each. */
export const toWire = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** From received bytes, one character each, to ordinary text. */
export const fromWire = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** A copy that does not pin the chunk it was cut from. */
export const detached = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('latin1');
