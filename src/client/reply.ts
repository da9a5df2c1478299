/**
 * Replies as the client hands them out (RESP2).
 *
 * @module
 */

export type ClientReply =
  | { readonly kind: 'simple'; readonly text: string }
  | { readonly kind: 'bulk'; readonly text: string }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'nil' }
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly ClientReply[] };

/** The reply as plain data: strings, numbers (bigint beyond 2^53), null, arrays; an error inside an array as its text. */
export type PlainReply = string | number | bigint | null | readonly PlainReply[];

export function plain(reply: ClientReply): PlainReply {
  switch (reply.kind) {
    case 'simple':
    case 'bulk':
    case 'error':
      return reply.text;
    case 'integer':
      return Number.isSafeInteger(Number(reply.value)) ? Number(reply.value) : reply.value;
    case 'nil':
      return null;
    case 'array':
      return reply.items.map(plain);
  }
}

/** The reply as redis-cli prints it: `"v"`, `(integer) 3`, `(nil)`, numbered lines for arrays. */
export function show(reply: ClientReply, indent = ''): string {
  switch (reply.kind) {
    case 'simple':
      return reply.text;
    case 'bulk':
      return quote(reply.text);
    case 'integer':
      return `(integer) ${reply.value}`;
    case 'nil':
      return '(nil)';
    case 'error':
      return `(error) ${reply.text}`;
    case 'array':
      return reply.items.length === 0 ? '(empty array)' : showItems(reply.items, indent);
  }
}

function showItems(items: readonly ClientReply[], indent: string): string {
  const width = String(items.length).length;
  return items
    .map((item, at) => {
      const number = `${String(at + 1).padStart(width)}) `;
      return `${at === 0 ? '' : indent}${number}${show(item, indent + ' '.repeat(number.length))}`;
    })
    .join('\n');
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to be escaped
  const escaped = text.replace(/["\\\x00-\x1f\x7f]/g, character => {
    if (character === '"' || character === '\\') return `\\${character}`;
    const code = character.charCodeAt(0).toString(16).padStart(2, '0');
    return ESCAPES[character] ?? `\\x${code}`;
  });
  return `"${escaped}"`;
}
