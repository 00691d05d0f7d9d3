// Ranges without data: freeing them (UNMAP, WRITE SAME), filling them with zeros (WRITE SAME), and asking which there
// are (GET LBA STATUS). All ranges here begin and end at blocks.

import { ScsiError } from '../base/index.ts';
import type { Extent } from '../block/index.ts';
import {
  additionalSense,
  decodeLbaStatusList,
  encodeGetLbaStatusCdb,
  encodeUnmapCdb,
  encodeUnmapList,
  encodeWriteSame16Cdb,
  type LbaStatus,
  type LogicalBlockProvisioning,
  provisioningStatus,
} from '../scsi/index.ts';
import type { CommandRunner } from './command-runner.ts';
import { rangeTraits } from './command-traits.ts';
import { changeFailure } from './effects.ts';
import { type CapacityFacts, isRefusal } from './identify.ts';
import type { DiskLimits } from './limits.ts';
import { inPieces } from './pieces.ts';

/** What the commands here have to know of a disk. */
export interface ProvisioningFacts {
  readonly blockSize: number;
  readonly limits: DiskLimits;
  readonly maxInFlight: number;
  /** How blocks are freed, if at all. */
  readonly freeBy: 'unmap' | 'writeSame' | undefined;
  /** WRITE SAME may free what it fills with zeros, since freed blocks read as zeros. */
  readonly mayFreeZeros: boolean;
  /** Freed blocks read as zeros (LBPRZ). */
  readonly readsZeros: boolean;
  /** GET LBA STATUS is worth asking (LBPME). */
  readonly isThin: boolean;
}

/** Descriptors asked for with one GET LBA STATUS. */
const statusCount = 512;

/**
 * Commands for one call of `extents`; what they do not cover is reported as data. A device that tells of a block at a
 * time must not keep a caller busy without end.
 */
const statusCommandBound = 256;

/** The provisioning commands of one disk. */
export class Provisioning {
  readonly #runner: CommandRunner;
  readonly #facts: ProvisioningFacts;
  #hasWriteSame = true;
  #hasLbaStatus: boolean;

  constructor(runner: CommandRunner, facts: ProvisioningFacts) {
    this.#runner = runner;
    this.#facts = facts;
    this.#hasLbaStatus = facts.isThin;
  }

  /** Frees a range. Only where `freeBy` says how. */
  async free(offset: number, length: number, signal: AbortSignal | undefined): Promise<void> {
    const { limits, freeBy } = this.#facts;
    const isUnmap = freeBy === 'unmap';
    await this.#inRanges(
      offset,
      length,
      isUnmap ? limits.maxUnmapLength : limits.maxWriteSameLength,
      async (at, size) => {
        if (isUnmap) await this.#unmap(at, size, signal);
        else await this.#writeSame(at, size, true, signal);
      },
    );
  }

  /** Fills a range with zeros and resolves with true; with false, having changed nothing, without WRITE SAME. */
  async zero(offset: number, length: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (!this.#hasWriteSame) return false;
    const { limits, mayFreeZeros } = this.#facts;
    try {
      await this.#inRanges(offset, length, limits.maxWriteSameLength, async (at, size) => {
        await this.#writeSame(at, size, mayFreeZeros, signal);
      });
      return true;
    } catch (error) {
      if (!isNoSuchCommand(error)) throw error;
      this.#hasWriteSame = false;
      return false;
    }
  }

  /** The kinds of a range, from `start` on, in runs of ascending order without gaps. */
  async extents(start: number, length: number, signal: AbortSignal | undefined): Promise<Extent[]> {
    const end = start + length;
    const runs: { offset: number; length: number; kind: Extent['kind'] }[] = [];
    const add = (to: number, kind: Extent['kind']): void => {
      const last = runs.at(-1);
      const from = last === undefined ? start : last.offset + last.length;
      if (last?.kind === kind) last.length = to - last.offset;
      else runs.push({ offset: from, length: to - from, kind });
    };
    let next = start;
    for (let commands = 0; this.#hasLbaStatus && next < end && commands < statusCommandBound; commands += 1) {
      for (const entry of await this.#lbaStatus(next, signal)) {
        const to = Math.min(end, (entry.lba + entry.blocks) * this.#facts.blockSize);
        if (to <= next) continue;
        add(to, this.#kindOf(entry.status));
        next = to;
      }
    }
    if (next < end) add(end, 'data');
    return runs;
  }

  async #inRanges(
    offset: number,
    length: number,
    limit: number,
    work: (offset: number, length: number) => Promise<void>,
  ): Promise<void> {
    const count = Math.ceil(length / limit);
    const { failure, mayHaveChanged } = await inPieces(count, this.#facts.maxInFlight, async (piece) => {
      const at = piece * limit;
      await work(offset + at, Math.min(limit, length - at));
    });
    if (failure === undefined) return;
    // A refusal of the command is not told as a failed change: nothing was changed, and there are other ways.
    const isPlain = count === 1 || (!mayHaveChanged && isNoSuchCommand(failure.error));
    throw isPlain ? failure.error : changeFailure(failure.error, mayHaveChanged, offset, length);
  }

  async #unmap(offset: number, length: number, signal: AbortSignal | undefined): Promise<void> {
    const { blockSize } = this.#facts;
    const list = encodeUnmapList([{ lba: offset / blockSize, blocks: length / blockSize }]);
    const cdb = encodeUnmapCdb({ anchor: false, parameterListLength: list.length });
    const request = this.#runner.request(cdb, signal, { dataOut: list });
    await this.#runner.change(request, rangeTraits, offset, length);
  }

  async #writeSame(offset: number, length: number, unmap: boolean, signal: AbortSignal | undefined): Promise<void> {
    const { blockSize } = this.#facts;
    const cdb = encodeWriteSame16Cdb({
      lba: offset / blockSize,
      blocks: length / blockSize,
      unmap,
      anchor: false,
      ndob: false, // nothing tells whether a device knows NDOB; a block of zeros is understood by all
      protect: 0,
    });
    const request = this.#runner.request(cdb, signal, { dataOut: new Uint8Array(blockSize) });
    await this.#runner.change(request, rangeTraits, offset, length);
  }

  /** The states of blocks from `offset` on; the first covers it. Empty, for good, when the device does not tell. */
  async #lbaStatus(offset: number, signal: AbortSignal | undefined): Promise<readonly LbaStatus[]> {
    const allocationLength = 8 + 16 * statusCount;
    const lba = offset / this.#facts.blockSize;
    try {
      const cdb = encodeGetLbaStatusCdb({ lba, allocationLength });
      const list = decodeLbaStatusList(await this.#runner.query(cdb, allocationLength, signal));
      requireContiguous(list, lba);
      return list;
    } catch (error) {
      if (!isNoSuchCommand(error)) throw error;
      this.#hasLbaStatus = false;
      return [];
    }
  }

  #kindOf(status: number): Extent['kind'] {
    if (!this.#facts.readsZeros) return 'data';
    switch (status) {
      case provisioningStatus.deallocated:
        return 'hole';
      case provisioningStatus.anchored:
        return 'zero';
      default:
        return 'data';
    }
  }
}

/** How a device frees blocks: by UNMAP rather than by WRITE SAME; undefined for one that cannot. */
export function freeBy(
  capacity: CapacityFacts,
  provisioning: LogicalBlockProvisioning | undefined,
): 'unmap' | 'writeSame' | undefined {
  if (!capacity.lbpme) return undefined;
  if (provisioning?.lbpu === true) return 'unmap';
  return provisioning?.lbpws === true ? 'writeSame' : undefined;
}

/** Whether freed blocks read as zeros: LBPRZ of READ CAPACITY(16), or an odd LBPRZ of VPD page B2h (SBC-4). */
export function readsZeros(capacity: CapacityFacts, provisioning: LogicalBlockProvisioning | undefined): boolean {
  return capacity.lbprz || ((provisioning?.lbprz ?? 0) & 1) === 1;
}

/** Whether the device does not have a command, or not with these fields, and has changed nothing. */
function isNoSuchCommand(error: unknown): boolean {
  if (!isRefusal(error) || !(error instanceof ScsiError) || error.effect !== 'none') return false;
  const code = (error.asc ?? 0) * 0x100 + (error.ascq ?? 0);
  return code === additionalSense.invalidCommandOperationCode || code === additionalSense.invalidFieldInCdb;
}

/** SBC-4: the first descriptor covers the LBA asked for, each of the others begins where the one before it ends. */
function requireContiguous(list: readonly LbaStatus[], lba: number): void {
  let next = lba;
  for (const [i, entry] of list.entries()) {
    const isNext = i === 0 ? entry.lba <= next : entry.lba === next;
    if (!isNext || entry.blocks === 0 || entry.lba + entry.blocks <= next) {
      throw new ScsiError(
        'SCSI_BAD_DATA',
        `GET LBA STATUS tells of ${entry.blocks} blocks at ${entry.lba}, not at ${next}`,
      );
    }
    next = entry.lba + entry.blocks;
  }
  if (list.length === 0) throw new ScsiError('SCSI_BAD_DATA', `GET LBA STATUS tells nothing of block ${lba}`);
}
