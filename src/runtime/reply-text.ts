/**
 * A reply as a terminal shows it: the way redis-cli prints to a person.
 *
 * @module
 */
import { isArrayReply, type Reply } from '../kv/reply.js';

export function replyText(reply: Reply, indent = ''): string {
  if (reply === null) return '(nil)';
  if (typeof reply === 'string') return quote(reply);
  if (typeof reply !== 'object') return `(integer) ${reply}`;
  if (isArrayReply(reply)) return itemsText(reply, indent);
  switch (reply.kind) {
    case 'simple':
      return reply.text;
    case 'error':
      return `(error) ${reply.text}`;
    case 'null-array':
      return '(nil)';
    case 'double':
      return `(double) ${reply.value}`;
    case 'boolean':
      return reply.value ? '(true)' : '(false)';
    case 'verbatim':
      return reply.text;
    case 'map':
    case 'set':
      return itemsText(reply.items, indent);
  }
}

/** Latin1 bytes: what is not printable ASCII as `\xNN`. */
function quote(text: string): string {
  const escaped = text.replace(/["\\]|[^ -~]/g, char => ESCAPES[char] ?? hexadecimal(char));
  return `"${escaped}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const hexadecimal = (char: string): string => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

function itemsText(items: readonly Reply[], indent: string): string {
  if (items.length === 0) return '(empty array)';
  const width = String(items.length).length;
  const inner = `${indent}${' '.repeat(width + 2)}`;
  return items
    .map((item, place) => {
      const number = `${String(place + 1).padStart(width)}) `;
      return `${place === 0 ? '' : indent}${number}${replyText(item, inner)}`;
    })
    .join('\n');
}
