// A logical unit as a block device: any offset, any length.

import { BlockError, type Deferred, deferred, ScsiError, throwIfAborted, UsageError } from '../base/index.ts';
import type { BlockDevice, BlockFeatures, BlockRequestOptions, BlockWriteOptions, Extent } from '../block/index.ts';
import { encodeCompareAndWriteCdb, type Sense, senseOf } from '../scsi/index.ts';
import type { ScsiPort, ScsiResult } from '../session/index.ts';
import type { AlignedIo } from './aligned-io.ts';
import type { AttentionProbe } from './attention-probe.ts';
import { noCid } from './changes-in-flight.ts';
import { type CommandRunner, isWhole } from './command-runner.ts';
import { compareTraits, readTraits, writeTraits } from './command-traits.ts';
import type { DiskDetails, DiskParts } from './disk-parts.ts';
import { changeFailure } from './effects.ts';
import { type Geometry, sameBlocks } from './geometry.ts';
import { type DiskIdentity, readCapacity } from './identify.ts';
import type { DiskLimits } from './limits.ts';
import type { LossCursor } from './lost-writes.ts';
import { inPieces } from './pieces.ts';
import type { Provisioning } from './provisioning.ts';
import { alignedSpan, innerSpan, readUnaligned, writeUnaligned } from './unaligned-io.ts';
import type { WriteCache } from './write-cache.ts';
import type { WriteGate } from './write-gate.ts';

/** Options of `Disk.flush`. */
export interface FlushOptions extends BlockRequestOptions {
  /** Of `lossCursor`; moved on by what the flush tells. */
  readonly cursor?: LossCursor;
}

/**
 * A logical unit as a block device. Requests of any offset and length within the disk are taken; what does not begin
 * and end at blocks costs a read before the write, during which no other write through this object touches those
 * blocks. Other initiators, and other objects for the same disk, are not kept out.
 *
 * Besides what BlockDevice says, requests reject with ScsiError when the device ends a command otherwise than with
 * GOOD, and with what the port rejects with; `effect` tells what may have become of a write. Made by `openDisk`.
 */
export class Disk implements BlockDevice {
  readonly blockSize: number;
  readonly readOnly: boolean;
  readonly features: BlockFeatures;
  readonly identity: DiskIdentity;
  readonly limits: DiskLimits;
  readonly details: DiskDetails;
  /**
   * Tells that the range is not needed; blocks that it covers in part keep their bytes. Absent on a disk that cannot.
   */
  readonly trim?: (offset: number, length: number, options?: BlockRequestOptions) => Promise<void>;
  readonly #port: ScsiPort;
  readonly #runner: CommandRunner;
  readonly #io: AlignedIo;
  readonly #cache: WriteCache;
  readonly #provisioning: Provisioning;
  readonly #probe: AttentionProbe;
  readonly #gate: WriteGate;
  readonly #maxInFlight: number;
  readonly #hasFua: boolean;
  #geometry: Geometry;
  #inFlight = 0;
  #idle: Deferred<void> | undefined;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(port: ScsiPort, runner: CommandRunner, parts: DiskParts) {
    this.#port = port;
    this.#runner = runner;
    this.#geometry = parts.geometry;
    this.#maxInFlight = parts.maxInFlight;
    this.#hasFua = parts.hasFua;
    this.#io = parts.io;
    this.#cache = parts.cache;
    this.#gate = parts.gate;
    this.#provisioning = parts.provisioning;
    this.#probe = parts.probe;
    this.blockSize = parts.geometry.blockSize;
    this.readOnly = parts.readOnly;
    this.features = parts.features;
    this.identity = parts.identity;
    this.limits = parts.limits;
    this.details = parts.details;
    if (parts.features.trim) this.trim = this.#trim.bind(this);
  }

  /** In bytes, as of opening or the last `refreshCapacity`. */
  get size(): number {
    return this.#geometry.blockCount * this.#geometry.blockSize;
  }

  /** Fills `into` with the bytes from `offset`. */
  async read(offset: number, into: Uint8Array, options?: BlockRequestOptions): Promise<void> {
    const signal = options?.signal;
    this.#begin(offset, into.length, signal);
    try {
      if (this.#isOneCommand(offset, into.length)) {
        const request = this.#io.readRequest(offset, into, signal);
        let result: ScsiResult;
        try {
          result = await this.#port.execute(request);
        } catch (error) {
          result = await this.#runner.recover(request, error, readTraits);
        }
        if (!isWhole(result, into.length)) await this.#runner.settle(request, result, readTraits);
      } else if (this.#isAligned(offset, into.length)) {
        await this.#io.read(offset, into, signal);
      } else {
        await readUnaligned(this.#io, this.blockSize, offset, into, signal);
      }
    } finally {
      this.#end();
    }
  }

  /**
   * Writes all of `from` at `offset`. With `fua`, settles when the bytes are on stable storage: by FUA in the command
   * where the device has it, else by SYNCHRONIZE CACHE behind it.
   */
  async write(offset: number, from: Uint8Array, options?: BlockWriteOptions): Promise<void> {
    const signal = options?.signal;
    const fua = options?.fua === true;
    this.#beginChange(offset, from.length, signal);
    const { lossCount } = this.#runner.unflushed;
    try {
      if (this.#gate.isOpen && this.#isOneCommand(offset, from.length)) {
        this.#gate.enterOpen();
        const change = this.#runner.changes.begin(offset, offset + from.length, fua && this.#hasFua);
        try {
          const request = this.#io.writeRequest(offset, from, fua && this.#hasFua, signal);
          let result: ScsiResult;
          try {
            result = await this.#port.execute(request);
          } catch (error) {
            result = await this.#runner.recover(request, error, writeTraits, change);
          }
          if (!isWhole(result, 0)) result = await this.#runner.settle(request, result, writeTraits, change);
          this.#runner.unflushed.acknowledge(change, result.cid, from);
        } finally {
          this.#runner.unflushed.end(change);
          this.#gate.leaveOpen();
        }
      } else {
        await this.#writeAnywhere(offset, from, fua && this.#hasFua, signal);
        if (!(fua && this.#hasFua)) this.#runner.unflushed.acknowledgeAll(offset, from.length, lossCount);
      }
      if (fua && !this.#hasFua) await this.#makeStable(offset, from.length, lossCount, signal);
    } finally {
      this.#end();
    }
  }

  /**
   * Settles when every write that had settled before the call is on stable storage. Rejects with BlockError
   * BLOCK_WRITES_LOST when the device may have lost some of them from a volatile cache, of which the error gives the span
   * (`offset`, `length`): any write acknowledged before the rejection. The others are on stable storage then. Of each loss, everybody with a cursor is told once, and
   * those without one are told once together.
   */
  async flush(options?: FlushOptions): Promise<void> {
    this.#begin(0, 0, options?.signal);
    try {
      await this.#cache.flush(options?.cursor, options?.signal);
    } finally {
      this.#end();
    }
  }

  /** Makes the range read as zeros: by WRITE SAME where the device has it, else by writing zeros. */
  async zero(offset: number, length: number, options?: BlockWriteOptions): Promise<void> {
    const signal = options?.signal;
    this.#beginChange(offset, length, signal);
    const { lossCount } = this.#runner.unflushed;
    try {
      const inner = innerSpan(this.blockSize, offset, length);
      const parts = [
        { at: offset, size: inner.start - offset },
        { at: inner.start, size: inner.end - inner.start },
        { at: inner.end, size: offset + length - inner.end },
      ].filter((part) => part.size > 0);
      const { failure, mayHaveChanged } = await inPieces(parts.length, 1, async (piece) => {
        const part = parts[piece];
        if (part !== undefined) await this.#zeroPart(part.at, part.size, signal);
      });
      if (failure !== undefined) {
        throw parts.length === 1 ? failure.error : changeFailure(failure.error, mayHaveChanged, offset, length);
      }
      this.#runner.unflushed.acknowledgeAll(offset, length, lossCount);
      if (options?.fua === true) await this.#makeStable(offset, length, lossCount, signal);
    } finally {
      this.#end();
    }
  }

  /** Covers the range with runs in ascending order. What the device does not tell of is `data`. */
  async extents(offset: number, length: number, options?: BlockRequestOptions): Promise<Extent[]> {
    this.#begin(offset, length, options?.signal);
    try {
      if (length === 0) return [];
      const { start, end } = alignedSpan(this.blockSize, offset, length);
      const runs = await this.#provisioning.extents(start, end - start, options?.signal);
      return runs.map((run) => {
        const from = Math.max(run.offset, offset);
        return { ...run, offset: from, length: Math.min(run.offset + run.length, offset + length) - from };
      });
    } finally {
      this.#end();
    }
  }

  /**
   * Writes `replacement` at block `lba` if those blocks hold `expected`, as one step that no other initiator can come
   * between (COMPARE AND WRITE). Rejects with ScsiError SCSI_MISCOMPARE, having written nothing, when they hold
   * something else; SCSI_UNSUPPORTED when the device does not have it; UsageError ISCSI_BAD_ARGUMENT unless both have
   * the same length, of whole blocks and within `limits.maxCompareAndWriteLength`.
   */
  async compareAndWrite(
    lba: number,
    expected: Uint8Array,
    replacement: Uint8Array,
    options?: BlockWriteOptions,
  ): Promise<void> {
    const { length } = expected;
    const signal = options?.signal;
    const fua = options?.fua === true;
    this.#checkCompare(length, replacement.length);
    const offset = lba * this.blockSize;
    this.#beginChange(offset, length, signal);
    const { lossCount } = this.#runner.unflushed;
    try {
      const dataOut = new Uint8Array(2 * length);
      dataOut.set(expected);
      dataOut.set(replacement, length);
      const transfer = { lba, blocks: length / this.blockSize, dpo: false, fua: fua && this.#hasFua, protect: 0 };
      const request = this.#runner.request(encodeCompareAndWriteCdb(transfer), signal, { dataOut });
      await this.#gate.pass(offset, offset + length, false, signal, async () => {
        await this.#runner.change(request, compareTraits, offset, length, transfer.fua);
      });
      if (!transfer.fua) this.#runner.unflushed.acknowledgeAll(offset, length, lossCount);
      if (fua && !this.#hasFua) await this.#makeStable(offset, length, lossCount, signal);
    } finally {
      this.#end();
    }
  }

  /**
   * Asks the device for its size again, after a unit attention has told that it changed, and resolves with it in bytes.
   * Rejects with ScsiError SCSI_UNSUPPORTED when blocks have another size now: then the disk must be opened again.
   */
  async refreshCapacity(options?: BlockRequestOptions): Promise<number> {
    this.#begin(0, 0, options?.signal);
    try {
      const { geometry } = await readCapacity(this.#runner, options?.signal);
      this.#geometry = sameBlocks(this.#geometry, geometry);
      return this.size;
    } finally {
      this.#end();
    }
  }

  /** Takes a size over that somebody else has asked the device for, in bytes; blocks keep their size. @internal */
  adoptSize(size: number): void {
    this.#geometry = { blockSize: this.blockSize, blockCount: size / this.blockSize };
  }

  /**
   * For a user of its own, who is to hear of every loss from now on, whoever else has heard of it, and of those that nobody
   * has heard of; see `flush`.
   */
  lossCursor(): LossCursor {
    return this.#runner.unflushed.cursor();
  }

  /**
   * Tells the disk of sense data with which a command ended that did not go through it, on connection `cid` where that is
   * known. A unit attention is told once, to whoever comes first, and what it says of the device's cache decides what
   * `flush` may promise. Bytes that are no sense data say nothing.
   */
  noteSense(sense: Sense | Uint8Array, cid: number = noCid): void {
    const decoded = sense instanceof Uint8Array ? senseOf(sense) : sense;
    if (decoded !== undefined) this.#runner.unflushed.met(decoded, cid);
  }

  /**
   * Meets the unit attentions that wait when the session has been reinstated. To be called then, with a port that
   * executes ahead of all other commands. Rejects with what that port rejects with, and is called again after the next
   * reinstatement.
   */
  async resume(port: ScsiPort, signal?: AbortSignal): Promise<void> {
    await this.#probe.run(port, signal);
  }

  /** Waits for the requests under way, then takes no more. What is in the device's cache stays there: flush first. */
  close(): Promise<void> {
    return (this.#closing ??= this.#finish());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #begin(offset: number, length: number, signal: AbortSignal | undefined): void {
    if (this.#closing !== undefined) throw new BlockError('ISCSI_CLOSED', 'the disk has been closed');
    throwIfAborted(signal);
    const isInside = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
    if (!isInside || offset + length > this.size) {
      const message = `${length} bytes at ${offset} lie outside of a disk of ${this.size} bytes`;
      throw new BlockError('BLOCK_OUT_OF_RANGE', message, { offset, length });
    }
    this.#inFlight += 1;
  }

  #beginChange(offset: number, length: number, signal: AbortSignal | undefined): void {
    this.#begin(offset, length, signal);
    if (!this.readOnly) return;
    this.#end();
    throw new BlockError('BLOCK_READ_ONLY', `${length} bytes at ${offset} cannot be changed on a read-only disk`, {
      offset,
      length,
    });
  }

  #end(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#idle?.resolve();
  }

  async #finish(): Promise<void> {
    if (this.#inFlight === 0) return;
    this.#idle = deferred();
    await this.#idle.promise;
  }

  #isAligned(offset: number, length: number): boolean {
    return offset % this.blockSize === 0 && length % this.blockSize === 0;
  }

  #isOneCommand(offset: number, length: number): boolean {
    return length > 0 && length <= this.limits.maxTransferLength && this.#isAligned(offset, length);
  }

  /** Writes what is no single command, or has to pass a gate that is not open. */
  async #writeAnywhere(offset: number, from: Uint8Array, fua: boolean, signal: AbortSignal | undefined): Promise<void> {
    const { blockSize } = this;
    const { start, end } = alignedSpan(blockSize, offset, from.length);
    const isAligned = this.#isAligned(offset, from.length);
    await this.#gate.pass(start, end, !isAligned, signal, async () => {
      if (isAligned) await this.#io.write(offset, from, fua, signal);
      else await writeUnaligned(this.#io, blockSize, offset, from, fua, signal);
    });
  }

  async #makeStable(offset: number, length: number, lossCount: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.features.flush) await this.#cache.makeStable(offset, length, lossCount, signal);
  }

  async #trim(offset: number, length: number, options?: BlockRequestOptions): Promise<void> {
    const signal = options?.signal;
    this.#beginChange(offset, length, signal);
    try {
      const { start, end } = innerSpan(this.blockSize, offset, length);
      if (start === end) return;
      const { lossCount } = this.#runner.unflushed;
      await this.#gate.pass(start, end, false, signal, async () => {
        await this.#provisioning.free(start, end - start, signal);
      });
      this.#runner.unflushed.acknowledgeAll(start, end - start, lossCount);
    } finally {
      this.#end();
    }
  }

  /** Zeros whole blocks, or a part of one. */
  async #zeroPart(offset: number, length: number, signal: AbortSignal | undefined): Promise<void> {
    const isDone =
      this.#isAligned(offset, length) &&
      (await this.#gate.pass(offset, offset + length, false, signal, async () => {
        return await this.#provisioning.zero(offset, length, signal);
      }));
    if (isDone) return;
    const { maxTransferLength } = this.limits;
    const zeros = new Uint8Array(Math.min(length, maxTransferLength));
    const count = Math.ceil(length / maxTransferLength);
    const { failure, mayHaveChanged } = await inPieces(count, this.#maxInFlight, async (piece) => {
      const at = piece * maxTransferLength;
      await this.#writeAnywhere(
        offset + at,
        zeros.subarray(0, Math.min(maxTransferLength, length - at)),
        false,
        signal,
      );
    });
    if (failure !== undefined) throw changeFailure(failure.error, mayHaveChanged, offset, length);
  }

  #checkCompare(length: number, replacementLength: number): void {
    const limit = this.limits.maxCompareAndWriteLength;
    if (limit === 0) throw new ScsiError('SCSI_UNSUPPORTED', 'the device does not have COMPARE AND WRITE');
    if (length === replacementLength && length > 0 && length % this.blockSize === 0 && length <= limit) return;
    const message = `${length} and ${replacementLength} bytes are not equally many whole blocks, of ${limit} bytes at most`;
    throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'expected' });
  }
}
