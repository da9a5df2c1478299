/**
 * Commands that name files mean files here, where they are typed.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { withFiles } from '../src/chaos/front.js';
import { loadMatrix } from '../src/config/load-config.js';
import type { ClusterHandle, CommandResult } from '../src/runtime/handle.js';

export type Execute = (line: string) => Promise<CommandResult>;

/** Runs lines on a cluster, `upload FILE` and `record FILE` with the files of this machine. Never rejects. */
export function executeWithFiles(handle: ClusterHandle, source: 'tui' | 'script'): Execute {
  const execute = withFiles(line => handle.execute(line, source), {
    readMatrix: path => loadMatrix(path),
    writeText: (path, text) => writeFileSync(path, text),
  });
  return async line => {
    try {
      return await execute(line);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', text, code: 'internal' };
    }
  };
}
