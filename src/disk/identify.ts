// Who a logical unit is and what it can do: INQUIRY, vital product data, capacity and mode parameters, as far as
// offered.

import { type Lun, ScsiError } from '../base/index.ts';
import * as scsi from '../scsi/index.ts';
import type { CommandRunner } from './command-runner.ts';
import { isIscsiError } from './effects.ts';
import { type Geometry, geometryOf } from './geometry.ts';

/** Who a logical unit is. */
export interface DiskIdentity {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
  /** Unit serial number (VPD page 80h), where the device has one. */
  readonly serial: string | undefined;
  /** All designators of VPD page 83h, the logical unit's own and those of port and target device. */
  readonly designators: readonly scsi.Designator[];
}

/** What openDisk learns of a logical unit. @internal */
export interface DiskFacts {
  readonly identity: DiskIdentity;
  readonly inquiry: scsi.InquiryData;
  readonly geometry: Geometry;
  readonly capacity: CapacityFacts;
  readonly blockLimits: scsi.BlockLimits | undefined;
  readonly characteristics: scsi.BlockDeviceCharacteristics | undefined;
  readonly provisioning: scsi.LogicalBlockProvisioning | undefined;
  readonly mode: ModeFacts;
}

/** What READ CAPACITY tells besides the size. @internal */
export interface CapacityFacts {
  readonly physicalBlockExponent: number;
  readonly lbpme: boolean;
  readonly lbprz: boolean;
}

/** What MODE SENSE tells. @internal */
export interface ModeFacts {
  readonly isWriteProtected: boolean;
  readonly dpoFua: boolean;
  /** Undefined when the device has no Caching page; then a volatile cache must be reckoned with. */
  readonly isWriteCacheEnabled: boolean | undefined;
}

const inquiryLength = 96;
const vpdLength = 252;
const modeSenseLength = 252;

/**
 * Asks a logical unit who it is and what it can do. Rejects with ScsiError SCSI_UNSUPPORTED when it is no disk, and
 * with what the commands themselves reject with.
 * @internal
 */
export async function identify(runner: CommandRunner, lun: Lun, signal: AbortSignal | undefined): Promise<DiskFacts> {
  const inquiry = await readInquiry(runner, signal);
  requireDisk(inquiry, lun);
  const pages = await readSupportedPages(runner, signal);
  await runner.query(scsi.encodeTestUnitReadyCdb(), 0, signal);
  const { geometry, capacity } = await readCapacity(runner, signal);
  return {
    inquiry,
    geometry,
    capacity,
    identity: await identityOf(runner, inquiry, pages, signal),
    blockLimits: await readPage(runner, pages, scsi.vpdPage.blockLimits, scsi.decodeBlockLimits, signal),
    characteristics: await readPage(
      runner,
      pages,
      scsi.vpdPage.blockDeviceCharacteristics,
      scsi.decodeBlockDeviceCharacteristics,
      signal,
    ),
    provisioning: await readPage(
      runner,
      pages,
      scsi.vpdPage.logicalBlockProvisioning,
      scsi.decodeLogicalBlockProvisioning,
      signal,
    ),
    mode: await readMode(runner, signal),
  };
}

/** Asks only who a logical unit is. @internal */
export async function readIdentity(runner: CommandRunner, signal: AbortSignal | undefined): Promise<DiskIdentity> {
  const inquiry = await readInquiry(runner, signal);
  return await identityOf(runner, inquiry, await readSupportedPages(runner, signal), signal);
}

/** Asks how large a logical unit is: READ CAPACITY(16), or READ CAPACITY(10) where the device does not know it. */
export async function readCapacity(
  runner: CommandRunner,
  signal: AbortSignal | undefined,
): Promise<{ readonly geometry: Geometry; readonly capacity: CapacityFacts }> {
  const long = await unlessRefused(
    runner.query(scsi.encodeReadCapacity16Cdb(), scsi.capacity16Length, signal).then(scsi.decodeCapacity16),
  );
  if (long !== undefined) return { geometry: geometryOf(long.lastLba, long.blockLength), capacity: long };
  const short = scsi.decodeCapacity10(await runner.query(scsi.encodeReadCapacity10Cdb(), 8, signal));
  if (short.lastLba === scsi.capacityTooLarge) {
    throw new ScsiError('SCSI_UNSUPPORTED', 'the device is too large for READ CAPACITY(10) and does not have (16)');
  }
  return {
    geometry: geometryOf(short.lastLba, short.blockLength),
    capacity: { physicalBlockExponent: 0, lbpme: false, lbprz: false },
  };
}

/**
 * Whether two identities are of one logical unit: by the names that VPD page 83h gives the logical unit itself, by the
 * serial number where there are none, else by vendor and product.
 */
export function isSameDevice(a: DiskIdentity, b: DiskIdentity): boolean {
  const namesOfA = unitNames(a);
  const namesOfB = unitNames(b);
  if (namesOfA.length > 0 && namesOfB.length > 0) return namesOfA.some((name) => namesOfB.includes(name));
  if (namesOfA.length !== namesOfB.length) return false;
  return a.vendor === b.vendor && a.product === b.product && a.serial === b.serial;
}

/** Whether anything in an identity tells the logical unit from others of its make: a name or a serial number. */
export function isUniquelyNamed(identity: DiskIdentity): boolean {
  return (identity.serial ?? '') !== '' || unitNames(identity).length > 0;
}

/** Names that are unique in the world; a vendor-specific or T10 name is as unique as its vendor made it. */
function unitNames(identity: DiskIdentity): readonly string[] {
  const { logicalUnit } = scsi.designatorAssociation;
  const own = identity.designators.filter((designator) => designator.association === logicalUnit);
  const { eui64, naa, scsiName, uuid, t10VendorId } = scsi.designatorType;
  const kinds: readonly number[] = [eui64, naa, scsiName, uuid];
  const unique = own.filter((designator) => kinds.includes(designator.type));
  const chosen = unique.length > 0 ? unique : own.filter((designator) => designator.type === t10VendorId);
  return chosen.map(scsi.formatDesignator);
}

/** Standard INQUIRY data. @internal */
export async function readInquiry(runner: CommandRunner, signal: AbortSignal | undefined): Promise<scsi.InquiryData> {
  const cdb = scsi.encodeInquiryCdb({ evpd: false, pageCode: 0, allocationLength: inquiryLength });
  return scsi.decodeInquiryData(await runner.query(cdb, inquiryLength, signal));
}

function requireDisk(inquiry: scsi.InquiryData, lun: Lun): void {
  const name = `LUN ${scsi.lunToString(lun)}`;
  if (inquiry.peripheralQualifier !== scsi.peripheralQualifier.connected) {
    throw new ScsiError('SCSI_UNSUPPORTED', `${name} has no device (qualifier ${inquiry.peripheralQualifier})`);
  }
  if (inquiry.deviceType !== scsi.deviceType.disk && inquiry.deviceType !== scsi.deviceType.simplifiedDisk) {
    throw new ScsiError('SCSI_UNSUPPORTED', `${name} is a device of type ${inquiry.deviceType}, not a disk`);
  }
}

/** Who a logical unit is, by its INQUIRY data and the VPD pages that it offers. @internal */
export async function identityOf(
  runner: CommandRunner,
  inquiry: scsi.InquiryData,
  pages: ReadonlySet<number>,
  signal: AbortSignal | undefined,
): Promise<DiskIdentity> {
  const { unitSerialNumber, deviceIdentification } = scsi.vpdPage;
  const { decodeUnitSerialNumber, decodeDeviceIdentification } = scsi;
  const serial = await readPage(runner, pages, unitSerialNumber, decodeUnitSerialNumber, signal);
  const designators = await readPage(runner, pages, deviceIdentification, decodeDeviceIdentification, signal);
  const { vendor, product, revision } = inquiry;
  return { vendor, product, revision, serial, designators: designators ?? [] };
}

/** The VPD pages that the device offers; none when it refuses to say. @internal */
export async function readSupportedPages(
  runner: CommandRunner,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<number>> {
  const { supportedPages } = scsi.vpdPage;
  const offered = new Set<number>([supportedPages]);
  return new Set(await readPage(runner, offered, supportedPages, scsi.decodeSupportedPages, signal));
}

/** Reads a VPD page whole; undefined when it is not offered, or refused all the same. */
async function readPage<T>(
  runner: CommandRunner,
  offered: ReadonlySet<number>,
  pageCode: number,
  decode: (bytes: Uint8Array) => T,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  if (!offered.has(pageCode)) return undefined;
  const ask = async (allocationLength: number): Promise<Uint8Array> =>
    await runner.query(scsi.encodeInquiryCdb({ evpd: true, pageCode, allocationLength }), allocationLength, signal);
  let bytes = await unlessRefused(ask(vpdLength));
  if (bytes === undefined) return undefined;
  const declared = scsi.vpdDeclaredLength(bytes, pageCode);
  if (declared > vpdLength) bytes = await ask(Math.min(declared, 0xffff));
  return decode(bytes);
}

/** MODE SENSE for the Caching page; for any page, where that one is refused, for the sake of the header. */
async function readMode(runner: CommandRunner, signal: AbortSignal | undefined): Promise<ModeFacts> {
  const cdbFields = {
    dbd: true,
    llbaa: false,
    pageControl: scsi.pageControl.current,
    subpageCode: 0,
    allocationLength: modeSenseLength,
  };
  const { caching, all } = scsi.modePage;
  for (const pageCode of [caching, all]) {
    const fields = { ...cdbFields, pageCode };
    const parameters =
      (await unlessRefused(
        runner.query(scsi.encodeModeSense6Cdb(fields), modeSenseLength, signal).then(scsi.decodeModeParameters6),
      )) ??
      (await unlessRefused(
        runner.query(scsi.encodeModeSense10Cdb(fields), modeSenseLength, signal).then(scsi.decodeModeParameters10),
      ));
    if (parameters !== undefined) return modeFactsOf(parameters);
  }
  return { isWriteProtected: false, dpoFua: false, isWriteCacheEnabled: undefined };
}

function modeFactsOf(parameters: scsi.ModeParameters): ModeFacts {
  const page = scsi.findModePage(parameters, scsi.modePage.caching);
  return {
    isWriteProtected: parameters.isWriteProtected,
    dpoFua: parameters.dpoFua,
    isWriteCacheEnabled: page === undefined ? undefined : scsi.decodeCachingPage(page).wce,
  };
}

/** Undefined when the device refuses the command as one that it does not have, or not in this form. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** Whether a device said ILLEGAL REQUEST. @internal */
export function isRefusal(error: unknown): boolean {
  return isIscsiError(error) && error instanceof ScsiError && error.senseKey === scsi.senseKey.illegalRequest;
}
