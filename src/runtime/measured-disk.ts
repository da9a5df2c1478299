/**
 * A disk that measures how long syncs take.
 *
 * @module
 */
import type { Disk, DiskFile, FileUse, SyncDone } from '../storage/disk.js';
import type { LatencyHistogram } from './latency-histogram.js';

export class MeasuredDisk implements Disk {
  readonly #disk: Disk;
  readonly #syncs: LatencyHistogram;

  constructor(disk: Disk, syncs: LatencyHistogram) {
    this.#disk = disk;
    this.#syncs = syncs;
  }

  list(): readonly string[] {
    return this.#disk.list();
  }

  create(name: string, use: FileUse): DiskFile {
    return this.#measure(this.#disk.create(name, use), use);
  }

  open(name: string, use: FileUse): DiskFile {
    return this.#measure(this.#disk.open(name, use), use);
  }

  rename(from: string, to: string): void {
    this.#disk.rename(from, to);
  }

  remove(name: string): void {
    this.#disk.remove(name);
  }

  syncDirectory(): void {
    this.#disk.syncDirectory();
  }

  /** Nobody waits for the sync of a bulk file. */
  #measure(file: DiskFile, use: FileUse): DiskFile {
    return use === 'log' ? new MeasuredFile(file, this.#syncs) : file;
  }
}

class MeasuredFile implements DiskFile {
  readonly name: string;
  readonly #file: DiskFile;
  readonly #syncs: LatencyHistogram;

  constructor(file: DiskFile, syncs: LatencyHistogram) {
    this.name = file.name;
    this.#file = file;
    this.#syncs = syncs;
  }

  size(): number {
    return this.#file.size();
  }

  read(target: Uint8Array, position: number): number {
    return this.#file.read(target, position);
  }

  write(bytes: Uint8Array, position: number): void {
    this.#file.write(bytes, position);
  }

  truncate(size: number): void {
    this.#file.truncate(size);
  }

  sync(done: SyncDone): void {
    const startedAtMs = performance.now();
    this.#file.sync(error => {
      this.#syncs.record(performance.now() - startedAtMs);
      done(error);
    });
  }

  syncNow(): void {
    const startedAtMs = performance.now();
    this.#file.syncNow();
    this.#syncs.record(performance.now() - startedAtMs);
  }

  close(): void {
    this.#file.close();
  }
}
