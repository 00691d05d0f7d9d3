// What a SCSI request must be before a session takes it.

import { UsageError } from '../../base/index.ts';
import type { ScsiRequest } from '../scsi-port.ts';

const shortestCdbLength = 6;
const longestCdbLength = 260;

/** Throws UsageError ISCSI_BAD_ARGUMENT for a CDB of a length that no command has, and for data in both directions. */
export function checkRequest(request: ScsiRequest): void {
  const { cdb, dataIn, dataOut } = request;
  if (cdb.length < shortestCdbLength || cdb.length > longestCdbLength) {
    const message = `A CDB has ${shortestCdbLength} to ${longestCdbLength} bytes, not ${cdb.length}`;
    throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'cdb' });
  }
  if (dataIn !== undefined && dataOut !== undefined) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', 'A command moves data in one direction only', { argument: 'dataOut' });
  }
}
