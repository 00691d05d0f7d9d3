// Unit attentions, for whoever keeps devices: what they say, and which change is to be followed up.

import { additionalSense, formatSense, type Sense, senseKey, senseOf } from '../scsi/index.ts';

/** What a unit attention says has changed: which units there are, the size of one, or what INQUIRY tells of one. */
export type UnitChange = 'inventory' | 'capacity' | 'inquiry';

/** Something that happened to a logical unit; a device tells of it once to each session (SAM-5 §5.14). */
export interface UnitAttention {
  /** ADDITIONAL SENSE CODE and its qualifier. */
  readonly asc: number;
  readonly ascq: number;
  /** What they mean, for people. */
  readonly text: string;
  /** The change to follow up, if it is one. */
  readonly change: UnitChange | undefined;
}

/** The unit attention that sense data tell of, if any; bytes that are no sense data tell of none. */
export function attentionOf(sense: Sense | Uint8Array | undefined): UnitAttention | undefined {
  const decoded = sense instanceof Uint8Array ? senseOf(sense) : sense;
  if (decoded?.senseKey !== senseKey.unitAttention) return undefined;
  const { asc, ascq } = decoded;
  return { asc, ascq, text: formatSense(decoded), change: changeOf(asc * 0x100 + ascq) };
}

function changeOf(code: number): UnitChange | undefined {
  switch (code) {
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
