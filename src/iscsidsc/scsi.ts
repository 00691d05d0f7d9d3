// The calls for raw SCSI commands: SendScsiInquiry, SendScsiReadCapacity, SendScsiReportLuns.

import { type ErrorCode, ScsiError } from '../base/index.ts';
import type { InitiatorService, ScsiAnswer } from '../service/index.ts';
import { type Answer, answer, badArgument, refuse } from './answer.ts';
import { readUnsigned } from './arguments.ts';
import { readId } from './ids.ts';
import { readLunName } from './mapping.ts';
import type { ISCSI_UNIQUE_SESSION_ID } from './structures.ts';

/** What a raw SCSI command gives; ScsiStatus and the sense data also with ISDSC_SCSI_REQUEST_FAILED. */
export interface ScsiOut {
  readonly ScsiStatus: number;
  /** How many bytes there are; with ERROR_INSUFFICIENT_BUFFER, how many there would be. */
  readonly ResponseSize: number;
  readonly ResponseBuffer: Uint8Array;
  /** How many bytes a buffer for sense data needs: 18 or more, though there may be fewer or none. */
  readonly SenseSize: number;
  readonly SenseBuffer: Uint8Array;
}

/** Raw SCSI commands, which an informational session takes as well. Capacities are in bytes, and without limit unless given. */
export interface ScsiCalls {
  /** INQUIRY. Bit 0 of EvpdCmddt is EVPD, bit 1 CMDDT. ResponseSize is its ALLOCATION LENGTH: 255 unless given. */
  SendScsiInquiry(
    UniqueSessionId: ISCSI_UNIQUE_SESSION_ID,
    Lun: bigint | number,
    EvpdCmddt: number,
    PageCode: number,
    ResponseSize?: number,
    SenseSize?: number,
  ): Promise<Answer<ScsiOut>>;
  /** READ CAPACITY (16), or (10) from a device that does not have it: 32 bytes or 8. */
  SendScsiReadCapacity(
    UniqueSessionId: ISCSI_UNIQUE_SESSION_ID,
    Lun: bigint | number,
    ResponseSize?: number,
    SenseSize?: number,
  ): Promise<Answer<ScsiOut>>;
  /** REPORT LUNS. */
  SendScsiReportLuns(
    UniqueSessionId: ISCSI_UNIQUE_SESSION_ID,
    ResponseSize?: number,
    SenseSize?: number,
  ): Promise<Answer<ScsiOut>>;
}

/** Sense data of the fixed format (SPC-4 §4.5.3) without additional bytes. */
const leastSenseSize = 18;
/** What the ALLOCATION LENGTH of INQUIRY may be (SPC-4 §6.4); 5 bytes tell how many there are. */
const allocation = { least: 5, most: 0xffff } as const;
const noLimit = 0xffffffff;

/** The error code of a SCSI status (SAM-5 §5.3). */
const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  0x02: 'SCSI_CHECK_CONDITION',
  0x08: 'SCSI_BUSY',
  0x18: 'SCSI_RESERVATION_CONFLICT',
  0x28: 'SCSI_TASK_SET_FULL',
  0x40: 'SCSI_TASK_ABORTED',
};

/** The calls over a service. */
export function scsiCalls(service: InitiatorService): ScsiCalls {
  return {
    SendScsiInquiry: async (UniqueSessionId, Lun, EvpdCmddt, PageCode, ResponseSize, SenseSize) =>
      await answer(async () => {
        const capacities = readCapacities(ResponseSize, SenseSize);
        const evpdCmddt = readUnsigned(EvpdCmddt, 'EvpdCmddt', 8);
        if (evpdCmddt > 3) badArgument('EvpdCmddt', 'made of bits 0 and 1');
        const sent = await service.scsiInquiry({
          sessionId: readId(UniqueSessionId, 'UniqueSessionId'),
          lun: readLunName(Lun, 'Lun'),
          evpdCmddt,
          pageCode: readUnsigned(PageCode, 'PageCode', 8),
          ...(ResponseSize === undefined ? {} : { allocationLength: allocationOf(capacities.response) }),
        });
        return asOut(sent, capacities);
      }),
    SendScsiReadCapacity: async (UniqueSessionId, Lun, ResponseSize, SenseSize) =>
      await answer(async () => {
        const capacities = readCapacities(ResponseSize, SenseSize);
        const sessionId = readId(UniqueSessionId, 'UniqueSessionId');
        return asOut(await service.scsiReadCapacity({ sessionId, lun: readLunName(Lun, 'Lun') }), capacities);
      }),
    SendScsiReportLuns: async (UniqueSessionId, ResponseSize, SenseSize) =>
      await answer(async () => {
        const capacities = readCapacities(ResponseSize, SenseSize);
        const sessionId = readId(UniqueSessionId, 'UniqueSessionId');
        return asOut(await service.scsiReportLuns({ sessionId }), capacities);
      }),
  };
}

interface Capacities {
  readonly response: number;
  readonly sense: number;
}

function readCapacities(ResponseSize: unknown, SenseSize: unknown): Capacities {
  return {
    response: readUnsigned(ResponseSize, 'ResponseSize', 32, noLimit),
    sense: readUnsigned(SenseSize, 'SenseSize', 32, noLimit),
  };
}

function allocationOf(capacity: number): number {
  return Math.min(Math.max(capacity, allocation.least), allocation.most);
}

function asOut({ scsiStatus, response, sense }: ScsiAnswer, capacities: Capacities): ScsiOut {
  const ResponseBuffer = asBytes(response);
  const senseBytes = asBytes(sense);
  const out: ScsiOut = {
    ScsiStatus: scsiStatus,
    ResponseSize: ResponseBuffer.length,
    ResponseBuffer,
    SenseSize: Math.max(senseBytes.length, leastSenseSize),
    SenseBuffer: senseBytes.subarray(0, capacities.sense),
  };
  if (scsiStatus !== 0) refuse('ISDSC_SCSI_REQUEST_FAILED', asError(scsiStatus, senseBytes), out);
  if (ResponseBuffer.length <= capacities.response) return out;
  const why = `The answer has ${ResponseBuffer.length} bytes, and there is room for ${capacities.response}`;
  return refuse('ERROR_INSUFFICIENT_BUFFER', why, { ...out, ResponseBuffer: new Uint8Array() });
}

function asError(status: number, sense: Uint8Array): ScsiError {
  const shown = status.toString(16).padStart(2, '0');
  return new ScsiError(
    codeOfStatus[status] ?? 'SCSI_TARGET_FAILURE',
    `The device ended the command with status ${shown}h`,
    {
      status,
      sense,
    },
  );
}

function asBytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
