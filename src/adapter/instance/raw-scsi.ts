// Raw SCSI commands that read, as the management contracts have them: any status is an answer.

import { type Lun, lunZero } from '../../base/index.ts';
import {
  capacity16Length,
  decodeCapacity10,
  decodeCapacity16,
  encodeInquiryCdb,
  encodeReadCapacity10Cdb,
  encodeReadCapacity16Cdb,
  encodeReportLunsCdb,
  lunFromNumber,
  scsiStatus,
  selectReport,
  senseKey,
  senseOf,
} from '../../scsi/index.ts';
import type { ScsiPort } from '../../session/index.ts';

/** How a raw SCSI command ended. */
export interface RawScsiAnswer {
  /** SCSI status byte (SAM-5 §5.3). */
  readonly scsiStatus: number;
  /** What came of the data. */
  readonly response: Uint8Array;
  /** Sense data; empty where there are none. */
  readonly sense: Uint8Array;
}

/** An INQUIRY to be sent. */
export interface RawInquiry {
  /** A number for the usual ones, or the LUN field. */
  readonly lun: number | Lun;
  /** Bit 0 is EVPD, bit 1 CMDDT. */
  readonly evpdCmddt?: number;
  readonly pageCode?: number;
  /** ALLOCATION LENGTH in bytes; 255 unless given. */
  readonly allocationLength?: number;
}

const inquiryLength = 255;
const capacity10Length = 8;
/** Room for 2047 LUNs. */
const reportLunsLength = 16_384;
const evpdBit = 0x01;
/** Obsolete since SPC-3, and for the unit to refuse. */
const cmdDtBit = 0x02;
/** A unit reports one condition with each command, and has more than a few at the most extraordinary times alone. */
const mostAttentions = 8;

/** Sends INQUIRY. */
export async function rawInquiry(port: ScsiPort, inquiry: RawInquiry, signal?: AbortSignal): Promise<RawScsiAnswer> {
  const { lun, evpdCmddt = 0, pageCode = 0, allocationLength = inquiryLength } = inquiry;
  const cdb = encodeInquiryCdb({ evpd: (evpdCmddt & evpdBit) !== 0, pageCode, allocationLength });
  cdb[1] = (cdb[1] ?? 0) | (evpdCmddt & cmdDtBit);
  return await read(port, toLun(lun), cdb, allocationLength, signal);
}

/** Sends READ CAPACITY (16), and to a unit that does not have it READ CAPACITY (10): the length of the answer tells. */
export async function rawReadCapacity(port: ScsiPort, lun: number | Lun, signal?: AbortSignal): Promise<RawScsiAnswer> {
  const address = toLun(lun);
  const answer = await read(port, address, encodeReadCapacity16Cdb(), capacity16Length, signal);
  if (keyOf(answer) !== senseKey.illegalRequest) return answer;
  return await read(port, address, encodeReadCapacity10Cdb(), capacity10Length, signal);
}

/** The size of the medium in bytes, by what `rawReadCapacity` got; undefined where that is too short to say. */
export function mediumSize(response: Uint8Array): number | undefined {
  if (response.length < capacity10Length) return undefined;
  const decode = response.length === capacity10Length ? decodeCapacity10 : decodeCapacity16;
  const { lastLba, blockLength } = decode(response);
  return (lastLba + 1) * blockLength;
}

/** Sends REPORT LUNS to LUN 0. */
export async function rawReportLuns(port: ScsiPort, signal?: AbortSignal): Promise<RawScsiAnswer> {
  const cdb = encodeReportLunsCdb({ selectReport: selectReport.ordinary, allocationLength: reportLunsLength });
  return await read(port, lunZero, cdb, reportLunsLength, signal);
}

/** A unit attention says something of the unit and nothing of the command, which is sent again. */
async function read(
  port: ScsiPort,
  lun: Lun,
  cdb: Uint8Array,
  length: number,
  signal: AbortSignal | undefined,
): Promise<RawScsiAnswer> {
  for (let attempt = 0; ; attempt += 1) {
    const dataIn = new Uint8Array(length);
    const data = length === 0 ? {} : { dataIn };
    const result = await port.execute({ lun, cdb, ...data, ...(signal === undefined ? {} : { signal }) });
    const { status, sense = new Uint8Array(0), dataInLength } = result;
    const answer = { scsiStatus: status, response: dataIn.subarray(0, dataInLength), sense };
    if (attempt >= mostAttentions || keyOf(answer) !== senseKey.unitAttention) return answer;
  }
}

function keyOf({ scsiStatus: status, sense }: RawScsiAnswer): number | undefined {
  return status === scsiStatus.checkCondition ? senseOf(sense)?.senseKey : undefined;
}

function toLun(lun: number | Lun): Lun {
  return typeof lun === 'number' ? lunFromNumber(lun) : lun;
}
