// Reads and writes of whole blocks: one command where that is enough, else several in flight.

import type { Lun } from '../base/index.ts';
import { encodeRead10Cdb, encodeRead16Cdb, encodeWrite10Cdb, encodeWrite16Cdb, transferLimit } from '../scsi/index.ts';
import type { ScsiRequest } from '../session/index.ts';
import type { CommandRunner } from './command-runner.ts';
import { readTraits, writeTraits } from './command-traits.ts';
import { changeFailure } from './effects.ts';
import { inPieces } from './pieces.ts';
import { type OwnBytes, within } from './write-log.ts';

/** What aligned I/O has to know of a disk. */
export interface AlignedIoFacts {
  readonly lun: Lun;
  readonly blockSize: number;
  /** In bytes, a multiple of `blockSize`. */
  readonly maxTransferLength: number;
  readonly maxInFlight: number;
}

/** Reads and writes that begin and end at blocks. Callers have checked range and alignment. */
export class AlignedIo {
  readonly #runner: CommandRunner;
  readonly #facts: AlignedIoFacts;

  constructor(runner: CommandRunner, facts: AlignedIoFacts) {
    this.#runner = runner;
    this.#facts = facts;
  }

  /** How often the device has lost something or may have, up to what has been answered. */
  get epoch(): number {
    return this.#runner.unflushed.epoch;
  }

  /** The command that reads `into` in one go. */
  readRequest(offset: number, into: Uint8Array, signal: AbortSignal | undefined): ScsiRequest {
    const { lun, blockSize } = this.#facts;
    const lba = offset / blockSize;
    const blocks = into.length / blockSize;
    const transfer = { lba, blocks, dpo: false, fua: false, protect: 0 };
    const cdb = fitsTenBytes(lba, blocks) ? encodeRead10Cdb(transfer) : encodeRead16Cdb(transfer);
    return signal === undefined ? { lun, cdb, dataIn: into } : { lun, cdb, dataIn: into, signal };
  }

  /** The command that writes `from` in one go. */
  writeRequest(offset: number, from: Uint8Array, fua: boolean, signal: AbortSignal | undefined): ScsiRequest {
    const { lun, blockSize } = this.#facts;
    const lba = offset / blockSize;
    const blocks = from.length / blockSize;
    const transfer = { lba, blocks, dpo: false, fua, protect: 0 };
    const cdb = fitsTenBytes(lba, blocks) ? encodeWrite10Cdb(transfer) : encodeWrite16Cdb(transfer);
    return signal === undefined ? { lun, cdb, dataOut: from } : { lun, cdb, dataOut: from, signal };
  }

  /** Reads any number of blocks. */
  async read(offset: number, into: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const { maxTransferLength, maxInFlight } = this.#facts;
    if (into.length <= maxTransferLength) {
      await this.#readOne(offset, into, signal);
      return;
    }
    const count = Math.ceil(into.length / maxTransferLength);
    const { failure } = await inPieces(count, maxInFlight, async (piece) => {
      const at = piece * maxTransferLength;
      await this.#readOne(offset + at, into.subarray(at, at + maxTransferLength), signal);
    });
    if (failure !== undefined) throw failure.error;
  }

  /** Writes any number of blocks. When a part fails, the error names the range and `effect` covers all of it. */
  async write(
    offset: number,
    from: Uint8Array,
    fua: boolean,
    signal: AbortSignal | undefined,
    own?: OwnBytes,
  ): Promise<void> {
    const { maxTransferLength, maxInFlight } = this.#facts;
    if (from.length <= maxTransferLength) {
      await this.#writeOne(offset, from, fua, signal, own);
      return;
    }
    const count = Math.ceil(from.length / maxTransferLength);
    const { failure, mayHaveChanged } = await inPieces(count, maxInFlight, async (piece) => {
      const at = piece * maxTransferLength;
      await this.#writeOne(offset + at, from.subarray(at, at + maxTransferLength), fua, signal, own);
    });
    if (failure !== undefined) throw changeFailure(failure.error, mayHaveChanged, offset, from.length);
  }

  async #readOne(offset: number, into: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    if (into.length === 0) return;
    await this.#runner.run(this.readRequest(offset, into, signal), readTraits);
  }

  async #writeOne(
    offset: number,
    from: Uint8Array,
    fua: boolean,
    signal: AbortSignal | undefined,
    own: OwnBytes | undefined,
  ): Promise<void> {
    if (from.length === 0) return;
    const request = this.writeRequest(offset, from, fua, signal);
    const part = own === undefined ? undefined : within(own, offset, offset + from.length);
    await this.#runner.change(request, writeTraits, offset, from.length, fua, part);
  }
}

/** Devices below 2 TiB (of 512-byte blocks) may know the 10-byte forms only. */
function fitsTenBytes(lba: number, blocks: number): boolean {
  return lba + blocks - 1 <= transferLimit.lba10 && blocks <= transferLimit.blocks10;
}
