// What sense data say of writes that were acknowledged and not flushed.

import { additionalSense, type Sense, senseKey } from '../scsi/index.ts';

/**
 * `lost`: may be gone. `kept`: nothing happened to them. `doubtful`: the device does not say which of the two. `unknown`:
 * whether there is a volatile cache has changed.
 */
export type CacheFate = 'lost' | 'kept' | 'doubtful' | 'unknown';

/** Qualifiers of 29h that tell of no loss of power (SPC-4 annex D): a bus, a target or a nexus was reset, a line changed. */
const harmless: ReadonlySet<number> = new Set([0x02, 0x03, 0x05, 0x06, 0x07]);
/** Qualifiers of 29h that tell of a device which started anew: POWER ON OCCURRED, DEVICE INTERNAL RESET. */
const restarts: ReadonlySet<number> = new Set([0x01, 0x04]);
const nexusLoss = 0x07;
const resetOccurred = 0x29;

/**
 * What a volatile cache holds survives the loss of a nexus and a logical unit reset (SAM-5 §6.3), and no loss of power.
 * 29h/00h stands for all of them alike, and tgtd 1.0.85 says it to every new session; `keepsCacheOverReset` says that the
 * device keeps its cache through whatever makes it say so. A deferred error tells that the device could not write
 * something it had acknowledged (SPC-4 §4.5.5).
 */
export function cacheFate(sense: Sense, keepsCacheOverReset: boolean): CacheFate {
  if (sense.isDeferred) return sense.senseKey === senseKey.recoveredError ? 'kept' : 'lost';
  if (sense.senseKey !== senseKey.unitAttention) return 'kept';
  if (sense.asc * 0x100 + sense.ascq === additionalSense.modeParametersChanged) return 'unknown';
  if (sense.asc !== resetOccurred || harmless.has(sense.ascq)) return 'kept';
  if (restarts.has(sense.ascq)) return 'lost';
  return keepsCacheOverReset ? 'kept' : 'doubtful';
}

/** Whether sense data tell of a reset, of power on, or of the loss of the nexus. */
export function isReset(sense: Sense): boolean {
  return !sense.isDeferred && sense.senseKey === senseKey.unitAttention && sense.asc === resetOccurred;
}

/** Whether a device that says this keeps the loss of a nexus and that of power apart; undefined when it may be either. */
export function isExactReset({ ascq }: Sense): boolean | undefined {
  if (restarts.has(ascq) || ascq === nexusLoss) return true;
  return ascq === 0 ? false : undefined;
}
