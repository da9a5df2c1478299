/**
 * Runs a program of this machine to its end.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { DeployError } from './deploy-error.js';

export interface ProgramResult {
  /** Null: ended by a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is beyond is forgotten: a host that floods us must not fill our memory. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** @throws DeployError `local` when the program is not on this machine */
export function runProgram(name: string, args: readonly string[], input = ''): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout = new BoundedText();
    const stderr = new BoundedText();
    child.stdout.on('data', (chunk: Buffer) => stdout.add(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
    child.on('error', () => {
      reject(new DeployError('local', `cannot run ${name}: is it installed on this machine?`));
    });
    child.on('close', exitCode => resolve({ exitCode, stdout: stdout.text, stderr: stderr.text }));
    // A program that ends early closes its end; its exit code says why.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

class BoundedText {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  add(chunk: Buffer): void {
    if (this.#bytes >= MAX_OUTPUT_BYTES) return;
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
  }
}
