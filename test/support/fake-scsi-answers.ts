// What the fake SCSI device is like, and what it answers when it is asked about itself.

import * as scsi from '../../src/scsi/index.ts';

/** What the fake device is like. */
export interface FakeScsiOptions {
  readonly blockSize?: number;
  readonly blockCount?: number;
  /** What READ CAPACITY tells instead of the true number. */
  readonly reportedLastLba?: number;
  readonly deviceType?: number;
  readonly peripheralQualifier?: number;
  readonly serial?: string;
  readonly designators?: readonly scsi.Designator[];
  /** VPD pages offered; all that it has unless given. */
  readonly pages?: readonly number[];
  readonly limits?: Partial<scsi.BlockLimits>;
  readonly provisioning?: Partial<scsi.LogicalBlockProvisioning>;
  readonly lbpme?: boolean;
  readonly lbprz?: boolean;
  /** Undefined: the device has no Caching page. */
  readonly writeCache?: boolean | undefined;
  readonly dpoFua?: boolean;
  readonly isWriteProtected?: boolean;
  /** Opcodes, and opcode × 256 + service action, that the device refuses. */
  readonly unsupported?: readonly number[];
  /** What REPORT LUNS tells. */
  readonly luns?: readonly number[];
}

/** What answers depend on. */
export interface FakeScsiFacts {
  readonly options: FakeScsiOptions;
  readonly blockSize: number;
  readonly blockCount: number;
  readonly freed: ReadonlySet<number>;
}

/** The data for a command that asks, cut at its allocation length; undefined when the device refuses it. */
export function answerQuestion(device: FakeScsiFacts, cdb: Uint8Array): Uint8Array | undefined {
  switch (cdb[0]) {
    case scsi.scsiOpcode.inquiry: {
      const { evpd, pageCode, allocationLength } = scsi.decodeInquiryCdb(cdb);
      const data = evpd ? vpdPage(device, pageCode) : inquiryData(device);
      return data === undefined ? undefined : scsi.clampToAllocation(data, allocationLength);
    }
    case scsi.scsiOpcode.readCapacity10: {
      const lastLba = device.options.reportedLastLba ?? device.blockCount - 1;
      return scsi.encodeCapacity10({ lastLba, blockLength: device.blockSize });
    }
    case scsi.scsiOpcode.reportLuns: {
      const list = scsi.encodeLunList((device.options.luns ?? [0]).map(scsi.lunFromNumber));
      return scsi.clampToAllocation(list, scsi.decodeReportLunsCdb(cdb).allocationLength);
    }
    case scsi.scsiOpcode.serviceActionIn16:
      return serviceActionIn(device, cdb);
    case scsi.scsiOpcode.modeSense6: {
      const list = modeParameters(device, scsi.decodeModeSense6Cdb(cdb).pageCode);
      return list === undefined ? undefined : scsi.encodeModeParameters6(list);
    }
    case scsi.scsiOpcode.modeSense10: {
      const list = modeParameters(device, scsi.decodeModeSense10Cdb(cdb).pageCode);
      return list === undefined ? undefined : scsi.encodeModeParameters10(list, false);
    }
    default:
      return undefined;
  }
}

function inquiryData({ options }: FakeScsiFacts): Uint8Array {
  return scsi.encodeInquiryData({
    peripheralQualifier: options.peripheralQualifier ?? 0,
    deviceType: options.deviceType ?? 0,
    isRemovable: false,
    version: 6,
    normAca: false,
    hiSup: true,
    tpgs: 0,
    thirdPartyCopy: false,
    protect: false,
    multiP: false,
    cmdQue: true,
    vendor: 'FAKE',
    product: 'DISK IN MEMORY',
    revision: '1',
    versionDescriptors: [],
  });
}

function vpdPage({ options }: FakeScsiFacts, pageCode: number): Uint8Array | undefined {
  const pages = options.pages ?? Object.values(scsi.vpdPage);
  if (!pages.includes(pageCode)) return undefined;
  switch (pageCode) {
    case scsi.vpdPage.supportedPages:
      return scsi.encodeSupportedPages(pages);
    case scsi.vpdPage.unitSerialNumber:
      return scsi.encodeUnitSerialNumber(options.serial ?? 'S1');
    case scsi.vpdPage.deviceIdentification:
      return scsi.encodeDeviceIdentification(options.designators ?? []);
    case scsi.vpdPage.blockLimits:
      return scsi.encodeBlockLimits({ ...noLimits, ...options.limits });
    case scsi.vpdPage.blockDeviceCharacteristics:
      return scsi.encodeBlockDeviceCharacteristics({
        ...scsi.decodeBlockDeviceCharacteristics(emptyB1),
        mediumRotationRate: 1,
      });
    case scsi.vpdPage.logicalBlockProvisioning:
      return scsi.encodeLogicalBlockProvisioning({
        ...scsi.decodeLogicalBlockProvisioning(emptyB2),
        ...options.provisioning,
      });
    default:
      return undefined;
  }
}

const emptyB0 = Uint8Array.of(0, 0xb0, 0, 0);
const emptyB1 = Uint8Array.of(0, 0xb1, 0, 0);
const emptyB2 = Uint8Array.of(0, 0xb2, 0, 0);
const noLimits = scsi.decodeBlockLimits(emptyB0);

function serviceActionIn(device: FakeScsiFacts, cdb: Uint8Array): Uint8Array | undefined {
  const { options, blockSize, blockCount } = device;
  switch (cdb[1]! & 0x1f) {
    case scsi.serviceActionIn16.readCapacity16:
      return scsi.encodeCapacity16({
        lastLba: options.reportedLastLba ?? blockCount - 1,
        blockLength: blockSize,
        protEn: false,
        pType: 0,
        pIExponent: 0,
        physicalBlockExponent: 3,
        lbpme: options.lbpme ?? false,
        lbprz: options.lbprz ?? false,
        lowestAlignedLba: 0,
      });
    case scsi.serviceActionIn16.getLbaStatus: {
      const { lba, allocationLength } = scsi.decodeGetLbaStatusCdb(cdb);
      return scsi.clampToAllocation(lbaStatus(device, lba), allocationLength);
    }
    default:
      return undefined;
  }
}

function lbaStatus(device: FakeScsiFacts, from: number): Uint8Array {
  const list: { lba: number; blocks: number; status: number }[] = [];
  for (let lba = from; lba < device.blockCount; lba += 1) {
    const status = device.freed.has(lba) ? scsi.provisioningStatus.deallocated : scsi.provisioningStatus.mapped;
    const last = list.at(-1);
    if (last?.status === status) last.blocks += 1;
    else list.push({ lba, blocks: 1, status });
  }
  return scsi.encodeLbaStatusList(list);
}

function modeParameters({ options }: FakeScsiFacts, pageCode: number): scsi.ModeParameters | undefined {
  const { writeCache } = options;
  const hasPage = Object.hasOwn(options, 'writeCache') ? writeCache !== undefined : true;
  if (pageCode === scsi.modePage.caching && !hasPage) return undefined;
  const page = scsi.encodeCachingPage({ ic: false, wce: writeCache ?? true, rcd: false, dra: false, nvDis: false });
  return {
    mediumType: 0,
    isWriteProtected: options.isWriteProtected ?? false,
    dpoFua: options.dpoFua ?? false,
    blockDescriptors: [],
    pages: hasPage ? [page] : [],
  };
}
