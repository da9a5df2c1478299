/**
 * The program for screen readers and dumb terminals: what happens as lines, commands as lines. Nothing is drawn, no
 * line is ever changed after it was printed.
 *
 * @module
 */
import { createInterface } from 'node:readline';
import type { ClusterHandle } from '../src/runtime/handle.js';
import { playTour } from './headless-tour.js';
import { parseLocal } from './local-commands.js';
import { executeWithFiles } from './local-files.js';

export interface PlainOptions {
  readonly handle: ClusterHandle;
  readonly print: (text: string) => void;
  /** Resolves when a signal asks to end. */
  readonly ended: Promise<number>;
}

const WELCOME = 'Type a command and Enter; help lists them, tour explains, quit ends.';

async function runLine(line: string, options: PlainOptions): Promise<'go-on' | 'quit'> {
  const { handle, print } = options;
  const local = parseLocal(line.replace(/^\s*:+\s*/, ''));
  if (local?.kind === 'invalid') print(local.text);
  if (local?.kind === 'local') {
    const { command } = local;
    if (command.kind === 'quit') return 'quit';
    if (command.kind === 'tour') await playTour({ ...options, scene: command.scene, json: false });
    else print(`${command.kind} needs the full screen`);
  }
  if (local !== null) return 'go-on';
  const result = await executeWithFiles(handle, 'tui')(line);
  print(`${result.kind === 'done' ? '' : 'failed: '}${result.text || 'ok'}`);
  return 'go-on';
}

/** Reads command lines until there are no more. @returns the exit code */
export async function readCommands(options: PlainOptions): Promise<number> {
  options.print(WELCOME);
  const input = createInterface({ input: process.stdin, terminal: false });
  void options.ended.then(() => input.close());
  for await (const line of input) {
    if (line.trim() === '') continue;
    if ((await runLine(line.trim(), options)) === 'quit') break;
  }
  input.close();
  return 0;
}
