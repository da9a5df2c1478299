/**
 * What storage refuses, with a stable `code`.
 *
 * @module
 */
export type StorageErrorCode =
  /** The entry asked for was compacted away; a snapshot has to be sent instead. */
  | 'log-compacted'
  /** The entry asked for is not there yet. */
  | 'log-unavailable'
  /** Bytes that were durable do not match their checksum. */
  | 'log-damaged'
  /** Segments or entries are missing. */
  | 'log-gap'
  /** A snapshot the log relies on is absent. */
  | 'snapshot-missing'
  /** Every snapshot that could be used does not match its checksum. */
  | 'snapshot-damaged'
  /** A snapshot is being written or received in the wrong order. */
  | 'snapshot-misuse'
  | 'meta-damaged'
  | 'meta-missing'
  | 'wrong-cluster'
  | 'wrong-node'
  /** The file was written by a newer or unknown version of the format. */
  | 'format-unknown'
  /** A write or a sync failed earlier: what is on the disk is unknown, nothing more is stored. */
  | 'storage-faulty'
  | 'storage-closed';

/** Where the trouble was found; absent fields do not apply. */
export interface DamagePlace {
  readonly file?: string;
  /** Byte position in the file. */
  readonly offset?: number;
  /** Log index of the first entry that is affected. */
  readonly index?: number;
}

/** Thrown when stored data cannot be given or taken. The message names file, offset and index where known. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;
  readonly place: DamagePlace;

  constructor(code: StorageErrorCode, message: string, place: DamagePlace = {}) {
    super(message + describePlace(place));
    this.code = code;
    this.place = place;
  }
}

function describePlace(place: DamagePlace): string {
  const parts: string[] = [];
  if (place.file !== undefined) parts.push(`file ${place.file}`);
  if (place.offset !== undefined) parts.push(`offset ${place.offset}`);
  if (place.index !== undefined) parts.push(`index ${place.index}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
