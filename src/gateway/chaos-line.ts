/**
 * One line of the command language from the arguments a client sent.
 *
 * @module
 */

/** Words of the language and plain values stand as they are. */
const PLAIN = /^[!$%&()*+,\-./0-9:;<=>?@A-Z[\]^_`a-z{|}~]+$/;

/** A single argument is the whole line; of several, each is one word, quoted where the language needs it. */
export const lineOf = (args: readonly string[]): string => {
  const [only] = args;
  if (args.length === 1 && only !== undefined) return only;
  return args.map(word => (PLAIN.test(word) ? word : quote(word))).join(' ');
};

const quote = (word: string): string => {
  const escaped = word.replace(/["\\]|[^ -~]/g, byte =>
    byte === '"' || byte === '\\' ? `\\${byte}` : escapeByte(byte),
  );
  return `"${escaped}"`;
};

const escapeByte = (byte: string): string => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
