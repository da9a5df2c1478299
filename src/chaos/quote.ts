/**
 * How keys, values and names are written in a command line, and read back.
 *
 * A command line is text; keys and values are bytes (latin1 strings, one character a byte). Text stands for
 * its UTF-8 bytes. In double quotes, `\n \r \t \\ \"` and `\xHH` stand for one byte each; in single quotes
 * only `\'` and `\\`.
 *
 * @module
 */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The UTF-8 bytes of a text, one character a byte. */
export const bytesOfText = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The text whose UTF-8 bytes these are; null when they are not UTF-8. */
export const textOfBytes = (bytes: string): string | null => {
  try {
    return decoder.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return null;
  }
};

/** The most of what is written: told at once, also of a value of a megabyte. */
const SIMPLE = /^[\w.:+@/-]+$/;
const BARE = /^[^\s"'\\#;|,\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}\p{Cs}\p{Cn}\p{Co}]+$/u;
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}\p{Co}]$/u;
const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '"': '\\"',
  '\\': '\\\\',
};

const escapeByte = (byte: string): string => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** Bytes as one word of a command line. Words that could be taken for something else get quotes. */
export const quoteBytes = (bytes: string): string => {
  if (SIMPLE.test(bytes)) return bytes;
  const text = textOfBytes(bytes);
  if (text === null) {
    const escaped = Array.from(
      bytes,
      byte => ESCAPES[byte] ?? (/[ -~]/.test(byte) ? byte : escapeByte(byte)),
    );
    return `"${escaped.join('')}"`;
  }
  if (BARE.test(text)) return text;
  const escaped = Array.from(text, character => {
    const short = ESCAPES[character];
    if (short !== undefined) return short;
    return PRINTABLE.test(character) ? character : Array.from(bytesOfText(character), escapeByte).join('');
  });
  return `"${escaped.join('')}"`;
};

/**
 * One command line from separate arguments, as a gateway's client or a shell hands them over. A single
 * argument is taken for the whole line.
 *
 * @param words - latin1, one character a byte
 */
export const lineOfArguments = (words: readonly string[]): string => {
  const [only] = words;
  if (words.length === 1 && only !== undefined) return textOfBytes(only) ?? only;
  return words.map(word => (isPlain(word) ? word : quoteBytes(word))).join(' ');
};

/** Marks that stand for themselves when a shell hands them over as words of their own or within one. */
const isPlain = (word: string): boolean => /^[\w.,;|*$<>=!+@%/:-]+$/.test(word);
