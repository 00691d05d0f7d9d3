// MSiSCSI_Operations: INQUIRY, READ CAPACITY and REPORT LUNS, which an informational session is for.

import type { RawScsiAnswer } from '../../adapter/index.ts';
import { statusValue } from '../../base/index.ts';
import type { StructureInput } from '../layout/index.ts';
import type { MethodBlock } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { adapterOf } from './adapters.ts';
import { lunOf } from './places.ts';
import { answer, refuse } from './status.ts';

type Methods = MethodBlock<'MSiSCSI_Operations'>['methods'];

/** All three answers have the same members. */
type ScsiOut = StructureInput<'ScsiInquiry_OUT'>;

/** Room for sense data of the fixed format without additional bytes (SPC-4 §4.5.3). */
const senseLength = 18;
/** EVPD and CmdDt. */
const inquiryFlags = 0x03;

const nothing = { ScsiStatus: 0, SenseBuffer: new Uint8Array(senseLength), ResponseBuffer: new Uint8Array() } as const;

/** The methods. READ CAPACITY is the one with 16 bytes, and where a unit does not have it, that with 10. */
export function scsiMethods(ground: WmiGround): Pick<Methods, 'ScsiInquiry' | 'ScsiReadCapacity' | 'ScsiReportLuns'> {
  return {
    ScsiInquiry: async (instanceName, { UniqueSessionId, Lun, InquiryFlags, PageCode }, signal) =>
      await scsi(async () => {
        if ((InquiryFlags & ~inquiryFlags) !== 0) refuse('ISDSC_INVALID_PARAMETER');
        const inquiry = { lun: lunOf(Lun), evpdCmddt: InquiryFlags, pageCode: PageCode };
        return await adapterOf(ground, instanceName).scsiInquiry(UniqueSessionId, inquiry, signal);
      }),
    ScsiReadCapacity: async (instanceName, { UniqueSessionId, Lun }, signal) =>
      await scsi(
        async () => await adapterOf(ground, instanceName).scsiReadCapacity(UniqueSessionId, lunOf(Lun), signal),
      ),
    ScsiReportLuns: async (instanceName, { UniqueSessionId }, signal) =>
      await scsi(async () => await adapterOf(ground, instanceName).scsiReportLuns(UniqueSessionId, signal)),
  };
}

/** A command that the device has ended with anything but GOOD has failed, and its status and sense data say why. */
async function scsi(send: () => Promise<RawScsiAnswer>): Promise<ScsiOut> {
  const sent = await answer(async () => asOut(await send()), nothing);
  return sent.ScsiStatus === 0 ? sent : { ...sent, Status: statusValue('ISDSC_SCSI_REQUEST_FAILED') };
}

function asOut({ scsiStatus, response, sense }: RawScsiAnswer): Omit<ScsiOut, 'Status'> {
  return { ScsiStatus: scsiStatus, SenseBuffer: sense.subarray(0, senseLength), ResponseBuffer: response };
}
