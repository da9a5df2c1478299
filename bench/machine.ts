/**
 * One sentence about the machine a figure was taken on.
 *
 * @module
 */
import { arch, cpus, platform, release, totalmem } from 'node:os';

export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return `Measured on ${cpus().length} × ${model} (${arch()}), ${memoryGiB} GiB, ${platform()} ${release()}, Node ${process.version}.`;
}
