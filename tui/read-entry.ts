/**
 * Asks nodes what an entry of their log holds.
 *
 * @module
 */
import type { ClusterHandle } from '../src/runtime/handle.js';
import type { EntryAt, EntryContent, EntryKnowledge } from './explain-entry.js';

/** The answer of the first node that has it. */
export async function readEntry(
  handle: ClusterHandle,
  { index }: EntryAt,
  nodes: readonly number[],
): Promise<EntryKnowledge> {
  let why = 'no running node has it';
  for (const node of nodes) {
    const result = await handle.execute(`debug entry:${index} ${node}`, 'tui');
    const content = result.kind === 'done' ? contentOf(result.text) : null;
    if (content !== null) return { kind: 'told', by: node, content };
    why = result.kind === 'done' ? `n${node} has cut it off behind a snapshot` : result.text;
  }
  return { kind: 'unknown', why };
}

/** Null: the node has no such entry any more. */
function contentOf(text: string): EntryContent | null {
  try {
    const content = JSON.parse(text) as Partial<EntryContent> | null;
    return typeof content?.term === 'number' ? (content as EntryContent) : null;
  } catch {
    return null;
  }
}
