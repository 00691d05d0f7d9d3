// Unit attentions that tell of a change which whoever keeps devices must follow up.

import { additionalSense, type Sense, senseKey, senseOf } from '../scsi/index.ts';

/** What a unit attention says has changed: which units there are, the size of one, or what INQUIRY tells of one. */
export type UnitChange = 'inventory' | 'capacity' | 'inquiry';

/** The change that sense data tell of, if any; bytes that are no sense data tell of none. */
export function unitChangeOf(sense: Sense | Uint8Array | undefined): UnitChange | undefined {
  const decoded = sense instanceof Uint8Array ? senseOf(sense) : sense;
  if (decoded?.senseKey !== senseKey.unitAttention) return undefined;
  switch (decoded.asc * 0x100 + decoded.ascq) {
    case additionalSense.reportedLunsDataHasChanged:
      return 'inventory';
    case additionalSense.capacityDataHasChanged:
      return 'capacity';
    case additionalSense.inquiryDataHasChanged:
      return 'inquiry';
    default:
      return undefined;
  }
}
