// What a target shows of its logical units, without opening them; and whether one is still the one that was opened.

import { type Lun, ScsiError } from '../base/index.ts';
import * as scsi from '../scsi/index.ts';
import type { ScsiPort } from '../session/index.ts';
import { CommandRunner } from './command-runner.ts';
import {
  type DiskIdentity,
  identityOf,
  isSameDevice,
  isUniquelyNamed,
  readCapacity,
  readInquiry,
  readSupportedPages,
} from './identify.ts';
import { type DiskOptions, resolveDiskOptions } from './options.ts';
import { reportLuns } from './report-luns.ts';

/** A logical unit that a target shows. */
export interface UnitAddress {
  /** Its number. */
  readonly lun: number;
  /** The LUN field that the target reported, to which commands go. */
  readonly address: Lun;
}

/** What INQUIRY tells of a logical unit. */
export interface UnitFacts extends UnitAddress {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
  /** PERIPHERAL DEVICE TYPE (SPC-4): 0 for a disk. */
  readonly deviceType: number;
}

/** A disk as it was when it was opened, as far as it must not change. */
export interface KnownUnit {
  readonly identity: DiskIdentity;
  readonly blockSize: number;
  readonly size: number;
}

/** Who answers at a LUN now. */
export interface CheckedUnit {
  readonly identity: DiskIdentity;
  /** Undefined while the device cannot tell, such as one that is not ready. */
  readonly capacity: { readonly blockSize: number; readonly size: number } | undefined;
}

/** The logical units that a target shows and that a number stands for (`lunToNumber`). Rejects as `reportLuns` does. */
export async function listUnits(port: ScsiPort, options: DiskOptions = {}): Promise<UnitAddress[]> {
  const luns = await reportLuns(port, options);
  return luns.flatMap((address) => {
    const lun = scsi.lunToNumber(address);
    return lun === undefined ? [] : [{ lun, address }];
  });
}

/** Asks a logical unit what it is; undefined when there is none. Rejects as `openDisk` does. */
export async function inquireUnit(
  port: ScsiPort,
  unit: number | UnitAddress,
  options: DiskOptions = {},
): Promise<UnitFacts | undefined> {
  const { lun, address } = typeof unit === 'number' ? { lun: unit, address: scsi.lunFromNumber(unit) } : unit;
  const inquiry = await unlessMissing(
    readInquiry(new CommandRunner(port, address, resolveDiskOptions(options)), options.signal),
  );
  if (inquiry?.peripheralQualifier !== scsi.peripheralQualifier.connected) return undefined;
  const { vendor, product, revision, deviceType } = inquiry;
  return { lun, address, vendor, product, revision, deviceType };
}

/**
 * Asks who answers at a LUN, once the unit attentions of what has happened are out of the way; undefined when nothing is
 * there. Rejects as `openDisk` does.
 */
export async function checkUnit(
  port: ScsiPort,
  address: Lun,
  options: DiskOptions = {},
): Promise<CheckedUnit | undefined> {
  const { signal } = options;
  const runner = new CommandRunner(port, address, resolveDiskOptions(options));
  // Whether it is ready does not matter for who it is; INQUIRY itself is answered over a unit attention (SAM-5 §5.14).
  await unlessScsiError(runner.query(scsi.encodeTestUnitReadyCdb(), 0, signal));
  const inquiry = await unlessMissing(readInquiry(runner, signal));
  if (inquiry?.peripheralQualifier !== scsi.peripheralQualifier.connected) return undefined;
  const identity = await identityOf(runner, inquiry, await readSupportedPages(runner, signal), signal);
  const geometry = (await unlessScsiError(readCapacity(runner, signal)))?.geometry;
  if (geometry === undefined) return { identity, capacity: undefined };
  const { blockSize, blockCount } = geometry;
  return { identity, capacity: { blockSize, size: blockSize * blockCount } };
}

/**
 * Whether the disk that was opened still answers, by its names (VPD page 83h) and its serial number (80h): one of them
 * that differs is enough, for a target may make its names of the LUN's number alone. A disk may grow and shrink, but not change its blocks; one that has no
 * name of its own may not change its size either, since nothing else tells it from another of its make.
 */
export function isSameUnit(known: KnownUnit, now: CheckedUnit): boolean {
  if (!isSameDevice(known.identity, now.identity) || hasOtherSerial(known.identity, now.identity)) return false;
  if (now.capacity === undefined) return true;
  if (now.capacity.blockSize !== known.blockSize) return false;
  return isUniquelyNamed(now.identity) || now.capacity.size === known.size;
}

/** Whether a device said that its logical unit is not there: ILLEGAL REQUEST, LOGICAL UNIT NOT SUPPORTED. */
export function isUnitMissing(error: unknown): boolean {
  if (!(error instanceof ScsiError) || error.senseKey !== scsi.senseKey.illegalRequest) return false;
  return (error.asc ?? 0) * 0x100 + (error.ascq ?? 0) === scsi.additionalSense.logicalUnitNotSupported;
}

function hasOtherSerial(a: DiskIdentity, b: DiskIdentity): boolean {
  return a.serial !== undefined && b.serial !== undefined && a.serial !== b.serial;
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isUnitMissing(error)) return undefined;
    throw error;
  }
}

async function unlessScsiError<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ScsiError) return undefined;
    throw error;
  }
}
