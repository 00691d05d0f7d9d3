// From what a logical unit told of itself to the parts of a disk.

import type { Lun } from '../base/index.ts';
import type { BlockFeatures } from '../block/index.ts';
import { AlignedIo } from './aligned-io.ts';
import { AttentionProbe } from './attention-probe.ts';
import type { CommandRunner } from './command-runner.ts';
import type { Geometry } from './geometry.ts';
import type { DiskFacts, DiskIdentity } from './identify.ts';
import { type DiskLimits, limitsOf } from './limits.ts';
import type { ResolvedDiskOptions } from './options.ts';
import { freeBy, Provisioning, readsZeros } from './provisioning.ts';
import { ReadBack } from './read-back.ts';
import { WriteCache } from './write-cache.ts';
import { WriteGate } from './write-gate.ts';

/** What else is known of a disk. */
export interface DiskDetails {
  readonly lun: Lun;
  /** Bytes in a physical block: writes of whole ones are best. */
  readonly physicalBlockSize: number;
  /** Undefined when the device does not say. */
  readonly isWriteCacheEnabled: boolean | undefined;
  /** Whether blocks need not be backed by storage (LBPME). */
  readonly isThin: boolean;
  /** Revolutions a minute, 1 for solid state; 0 or undefined when the device does not say. */
  readonly rotationRate: number | undefined;
}

/** What a disk is made of. @internal */
export interface DiskParts {
  readonly identity: DiskIdentity;
  readonly geometry: Geometry;
  readonly readOnly: boolean;
  readonly features: BlockFeatures;
  readonly limits: DiskLimits;
  readonly details: DiskDetails;
  /** Whether commands take FUA. */
  readonly hasFua: boolean;
  readonly maxInFlight: number;
  readonly io: AlignedIo;
  readonly cache: WriteCache;
  readonly gate: WriteGate;
  readonly probe: AttentionProbe;
  readonly provisioning: Provisioning;
}

/** @internal */
export function makeParts(lun: Lun, runner: CommandRunner, facts: DiskFacts, options: ResolvedDiskOptions): DiskParts {
  const { geometry, capacity, mode } = facts;
  const { blockSize } = geometry;
  const { maxInFlight } = options;
  const freeing = freeBy(capacity, facts.provisioning);
  const isZeroing = readsZeros(capacity, facts.provisioning);
  if (mode.isWriteCacheEnabled !== false) runner.unflushed.track();
  const gate = new WriteGate();
  const limits = limitsOf(facts.blockLimits, blockSize, options.maxTransferLength, freeing === 'unmap');
  const io = new AlignedIo(runner, { lun, blockSize, maxTransferLength: limits.maxTransferLength, maxInFlight });
  return {
    identity: facts.identity,
    geometry,
    readOnly: options.readOnly || mode.isWriteProtected,
    // FUA is emulated where the device lacks it, zeroing by writing, extents by calling everything data.
    features: {
      fua: true,
      flush: mode.isWriteCacheEnabled !== false,
      trim: freeing !== undefined,
      zero: true,
      extents: true,
    },
    limits,
    details: {
      lun,
      physicalBlockSize: blockSize * 2 ** capacity.physicalBlockExponent,
      isWriteCacheEnabled: mode.isWriteCacheEnabled,
      isThin: capacity.lbpme,
      rotationRate: facts.characteristics?.mediumRotationRate,
    },
    hasFua: mode.dpoFua,
    maxInFlight,
    io,
    gate,
    probe: new AttentionProbe(runner, options),
    cache: new WriteCache(
      runner,
      new ReadBack(runner.unflushed, io, gate),
      mode.isWriteCacheEnabled,
      options.flushTimeoutMs,
    ),
    provisioning: new Provisioning(runner, {
      blockSize,
      limits,
      maxInFlight,
      freeBy: freeing,
      readsZeros: isZeroing,
      mayFreeZeros: capacity.lbpme && facts.provisioning?.lbpws === true && isZeroing,
      isThin: capacity.lbpme,
    }),
  };
}
