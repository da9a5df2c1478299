/**
 * Values of any size that a history names by their first word: a token, then filler that follows from the token.
 *
 * @module
 */

const MARK = '~';

/** `token` filled up to `bytes`; the token alone when that is not more. */
export function sizedValue(token: string, bytes: number): string {
  const missing = bytes - token.length - 1;
  if (missing < 0) return token;
  return `${token}${MARK}${token.repeat(Math.ceil(missing / token.length)).slice(0, missing)}`;
}

/** The token of a value read; of a value that is not what its token says, the value itself, shortened. */
export function tokenOf(value: string): string {
  const end = value.indexOf(MARK);
  if (end <= 0) return value;
  const token = value.slice(0, end);
  return sizedValue(token, value.length) === value ? token : `damaged: ${value.slice(0, 200)}`;
}
