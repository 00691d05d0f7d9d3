// A logical unit as a block device. open-disk.ts asks it who it is (identify.ts, limits.ts) and makes a Disk:
// aligned-io.ts splits requests into commands, command-runner.ts sends a command until it has ended (attempts.ts judges its
// ends, changes-in-flight.ts knows which writes may be repeated), unaligned-io.ts does partial blocks under write-gate.ts,
// provisioning.ts ranges without data, write-cache.ts flushes. unflushed-writes.ts knows what a reset of the device may have
// lost (cache-fate.ts reads it from sense data), and lost-writes.ts who has been told of it; where the device does not say,
// write-log.ts keeps what read-back.ts compares with what it reads. For whoever keeps several of
// them: unit-facts.ts lists and checks logical units, attentions.ts says what a unit attention means for them,
// known-answers.ts keeps what they said.

export { attentionOf, type UnitAttention, type UnitChange } from './attentions.ts';
export { Disk, type FlushOptions } from './disk.ts';
export type { DiskDetails } from './disk-parts.ts';
export { type DiskIdentity, isSameDevice } from './identify.ts';
export { KnownAnswers, noConnection, RememberingPort } from './known-answers.ts';
export type { DiskLimits } from './limits.ts';
export type { LossCursor } from './lost-writes.ts';
export { identifyDisk, openDisk } from './open-disk.ts';
export type { DiskOptions } from './options.ts';
export { reportLuns } from './report-luns.ts';
export {
  type CheckedUnit,
  checkUnit,
  inquireUnit,
  isSameUnit,
  isUnitMissing,
  type KnownUnit,
  listUnits,
  type UnitAddress,
  type UnitFacts,
} from './unit-facts.ts';
