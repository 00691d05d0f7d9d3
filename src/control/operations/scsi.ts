// Raw SCSI commands that read.

import { z } from 'zod';
import { lunName, uniqueId } from '../schemas/names.ts';
import { inquiryInput, scsiAnswer } from '../schemas/sessions.ts';
import type { OperationTable } from './operation.ts';

export const scsiOperations: OperationTable<'scsiInquiry' | 'scsiReadCapacity' | 'scsiReportLuns'> = {
  scsiInquiry: {
    method: 'POST',
    path: '/v1/sessions/{sessionId}/scsi/inquiry',
    summary: 'Sends INQUIRY',
    input: inquiryInput,
    output: scsiAnswer,
    errors: ['SERVICE_SESSION_UNKNOWN'],
  },
  scsiReadCapacity: {
    method: 'POST',
    path: '/v1/sessions/{sessionId}/scsi/read-capacity',
    summary: 'Sends READ CAPACITY',
    input: z.strictObject({ sessionId: uniqueId, lun: lunName }),
    output: scsiAnswer,
    errors: ['SERVICE_SESSION_UNKNOWN'],
  },
  scsiReportLuns: {
    method: 'POST',
    path: '/v1/sessions/{sessionId}/scsi/report-luns',
    summary: 'Sends REPORT LUNS',
    input: z.strictObject({ sessionId: uniqueId }),
    output: scsiAnswer,
    errors: ['SERVICE_SESSION_UNKNOWN'],
  },
};
