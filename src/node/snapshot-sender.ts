/**
 * Leader: one snapshot on its way to one follower, in chunks, a bounded number of them in flight.
 *
 * The follower says up to where it has everything; what is not acknowledged for a while is sent again from there.
 *
 * @module
 */
import type { RaftId } from '../raft/ids.js';
import type { SnapshotReader } from '../storage/snapshot-reader.js';
import type { SnapshotChunk, SnapshotChunkReply } from './messages.js';

export interface SenderLimits {
  readonly chunkBytes: number;
  readonly chunksInFlight: number;
  /** Without an acknowledgement for this long the chunks are sent again. */
  readonly resendTicks: number;
  /** Without progress for this long it is given up. */
  readonly giveUpTicks: number;
}

export class SnapshotSender {
  readonly to: RaftId;
  readonly #transfer: number;
  readonly #term: number;
  readonly #from: RaftId;
  readonly #reader: SnapshotReader;
  readonly #limits: SenderLimits;
  readonly #send: (chunk: SnapshotChunk) => void;
  #acknowledged = 0;
  #sent = 0;
  /** Chunks were sent again from here because the answers showed a gap. */
  #repairedAt = -1;
  #progressTick: number;
  #resendTick: number;

  constructor(
    route: { readonly from: RaftId; readonly to: RaftId; readonly term: number; readonly transfer: number },
    reader: SnapshotReader,
    limits: SenderLimits,
    nowTick: number,
    send: (chunk: SnapshotChunk) => void,
  ) {
    this.to = route.to;
    this.#from = route.from;
    this.#term = route.term;
    this.#transfer = route.transfer;
    this.#reader = reader;
    this.#limits = limits;
    this.#send = send;
    this.#progressTick = nowTick;
    this.#resendTick = nowTick + limits.resendTicks;
  }

  /** Sends what the window allows. Throws `StorageError` when the file is damaged. */
  pump(): void {
    const { chunkBytes, chunksInFlight } = this.#limits;
    const end = Math.min(this.#reader.dataBytes, this.#acknowledged + chunkBytes * chunksInFlight);
    while (this.#sent < end) {
      const bytes = this.#reader.read(this.#sent, Math.min(chunkBytes, end - this.#sent));
      this.#send({
        type: 'SnapshotChunk',
        from: this.#from,
        to: this.to,
        term: this.#term,
        transfer: this.#transfer,
        snapshot: this.#reader.snapshot,
        totalBytes: this.#reader.dataBytes,
        checksum: this.#reader.dataChecksum,
        offset: this.#sent,
        bytes,
      });
      this.#sent += bytes.length;
    }
  }

  /** @returns what is known now: it goes on, the follower has it all, or does not want it */
  reply(message: SnapshotChunkReply, nowTick: number): 'going' | 'complete' | 'refused' {
    if (message.transfer !== this.#transfer) return 'going';
    if (message.refused) return 'refused';
    if (message.offset > this.#acknowledged) {
      this.#acknowledged = Math.min(message.offset, this.#reader.dataBytes);
      this.#sent = Math.max(this.#sent, this.#acknowledged);
      this.#progressTick = nowTick;
      this.#resendTick = nowTick + this.#limits.resendTicks;
    } else if (message.offset === this.#acknowledged && this.#repairedAt !== this.#acknowledged) {
      // A chunk came that does not fit: the one before it was lost. A second loss at the same place waits for its tick.
      this.#repairedAt = this.#acknowledged;
      this.#sent = this.#acknowledged;
    }
    return this.#acknowledged === this.#reader.dataBytes ? 'complete' : 'going';
  }

  /** @returns false: nothing has moved for too long */
  tick(nowTick: number): boolean {
    if (nowTick - this.#progressTick >= this.#limits.giveUpTicks) return false;
    if (nowTick < this.#resendTick) return true;
    this.#resendTick = nowTick + this.#limits.resendTicks;
    // Also when everything was sent: the last acknowledgement may be lost.
    this.#sent = Math.min(this.#acknowledged, Math.max(0, this.#reader.dataBytes - 1));
    return true;
  }

  close(): void {
    this.#reader.close();
  }
}
