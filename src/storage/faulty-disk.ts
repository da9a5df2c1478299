/**
 * Puts disk trouble on top of any disk: by a switch (`disk NODE full|eio|slow MS|ok`) and by seeded chance.
 *
 * What is lost at a crash is the business of the disk below (`MemoryDisk.crash`).
 *
 * @module
 */
import { type Disk, DiskError, type DiskFile, type FileUse, type SyncDone } from './disk.js';

/**
 * `full`: writes fail (also over existing bytes, as on a copy-on-write file system). `eio`: writes and syncs
 * fail. `slow`: syncs take `ms` longer.
 */
export type DiskFault =
  | { readonly kind: 'ok' }
  | { readonly kind: 'full' }
  | { readonly kind: 'eio' }
  | { readonly kind: 'slow'; readonly ms: number };

/** Chances 0–1 of single operations to fail. */
export interface FaultRates {
  /** A write fails after a part of it was written. */
  readonly writeFull: number;
  readonly writeError: number;
  readonly syncError: number;
}

export interface FaultSource {
  /** Uniform in [0, 1), from the run's seed. */
  random(): number;
  /** Runs `action` after `ms` of the run's time. */
  schedule(ms: number, action: () => void): void;
}

const NO_FAULTS: FaultRates = { writeFull: 0, writeError: 0, syncError: 0 };

export class FaultyDisk implements Disk {
  readonly #inner: Disk;
  readonly #source: FaultSource;
  #fault: DiskFault = { kind: 'ok' };
  #rates: FaultRates = NO_FAULTS;

  constructor(inner: Disk, source: FaultSource) {
    this.#inner = inner;
    this.#source = source;
  }

  get fault(): DiskFault {
    return this.#fault;
  }

  setFault(fault: DiskFault): void {
    this.#fault = fault;
  }

  setRates(rates: Partial<FaultRates>): void {
    this.#rates = { ...NO_FAULTS, ...rates };
  }

  /** Turns one bit of a file over, durably. Returns whether the file has that byte. */
  flipBit(name: string, position: number, bit: number): boolean {
    const file = this.#inner.open(name, 'log');
    try {
      const byte = new Uint8Array(1);
      if (file.read(byte, position) === 0) return false;
      byte[0] = (byte[0] ?? 0) ^ (1 << (bit & 7));
      file.write(byte, position);
      file.syncNow();
      return true;
    } finally {
      file.close();
    }
  }

  list(): readonly string[] {
    return this.#inner.list();
  }

  create(name: string, use: FileUse): DiskFile {
    this.checkSpace(name);
    this.checkWorks(name);
    return new FaultyFile(this, this.#inner.create(name, use));
  }

  open(name: string, use: FileUse): DiskFile {
    return new FaultyFile(this, this.#inner.open(name, use));
  }

  rename(from: string, to: string): void {
    this.checkWorks(from);
    this.#inner.rename(from, to);
  }

  remove(name: string): void {
    this.checkWorks(name);
    this.#inner.remove(name);
  }

  syncDirectory(): void {
    this.checkWorks('.');
    this.#inner.syncDirectory();
  }

  /** For its files: writes `bytes`, or a part of them and then fails. */
  write(file: DiskFile, bytes: Uint8Array, position: number): void {
    this.checkWorks(file.name);
    this.checkSpace(file.name);
    const chance = this.#draw(this.#rates.writeFull + this.#rates.writeError);
    if (chance === null) {
      file.write(bytes, position);
      return;
    }
    const written = Math.floor(this.#source.random() * bytes.length);
    file.write(bytes.subarray(0, written), position);
    const code = chance < this.#rates.writeFull ? 'disk-full' : 'disk-io';
    throw new DiskError(code, file.name, `injected: ${code} after ${written} bytes`);
  }

  /** For its files: the sync of `file`, perhaps late, perhaps failing. */
  sync(file: DiskFile, done: SyncDone): void {
    const finish = (): void => {
      const error = this.#syncError(file.name);
      if (error === null) file.sync(done);
      else done(error);
    };
    if (this.#fault.kind === 'slow') this.#source.schedule(this.#fault.ms, finish);
    else finish();
  }

  syncNow(file: DiskFile): void {
    const error = this.#syncError(file.name);
    if (error !== null) throw error;
    file.syncNow();
  }

  checkSpace(name: string): void {
    if (this.#fault.kind !== 'full') return;
    throw new DiskError('disk-full', name, 'injected: no space left on the disk');
  }

  checkWorks(name: string): void {
    if (this.#fault.kind !== 'eio') return;
    throw new DiskError('disk-io', name, 'injected: input/output error');
  }

  #syncError(name: string): DiskError | null {
    const fails = this.#fault.kind === 'eio' || this.#draw(this.#rates.syncError) !== null;
    return fails ? new DiskError('disk-io', name, 'injected: the sync failed') : null;
  }

  /** A draw below `rate`, or null. Draws nothing when the rate is 0, so that other draws stay the same. */
  #draw(rate: number): number | null {
    if (rate <= 0) return null;
    const drawn = this.#source.random();
    return drawn < rate ? drawn : null;
  }
}

class FaultyFile implements DiskFile {
  readonly name: string;
  readonly #disk: FaultyDisk;
  readonly #inner: DiskFile;
  #pendingSyncs = 0;
  #closed = false;

  constructor(disk: FaultyDisk, inner: DiskFile) {
    this.name = inner.name;
    this.#disk = disk;
    this.#inner = inner;
  }

  size(): number {
    return this.#inner.size();
  }

  read(target: Uint8Array, position: number): number {
    return this.#inner.read(target, position);
  }

  write(bytes: Uint8Array, position: number): void {
    this.#disk.write(this.#inner, bytes, position);
  }

  truncate(size: number): void {
    this.#disk.checkWorks(this.name);
    if (size > this.#inner.size()) this.#disk.checkSpace(this.name);
    this.#inner.truncate(size);
  }

  sync(done: SyncDone): void {
    this.#pendingSyncs++;
    this.#disk.sync(this.#inner, error => {
      this.#pendingSyncs--;
      if (this.#closed && this.#pendingSyncs === 0) this.#inner.close();
      done(error);
    });
  }

  syncNow(): void {
    this.#disk.syncNow(this.#inner);
  }

  /** A late sync still needs the file below. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#pendingSyncs === 0) this.#inner.close();
  }
}
