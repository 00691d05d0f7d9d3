// REQUEST SENSE (SPC-4 §6.39): autosense delivers everything else, so there is at most a unit attention to tell.

import { u8 } from '../../base/index.ts';
import { dataIn, type Plan } from './plan.ts';
import { type CheckCondition, condition, encodeDescriptorSense, encodeSense } from './sense.ts';

/** Returns the pending condition, or NO SENSE, as parameter data. */
export function planRequestSense(pending: CheckCondition | undefined, cdb: Uint8Array): Plan {
  const facts = pending ?? condition.noSense;
  const wantsDescriptors = (u8(cdb, 1) & 0x01) !== 0;
  return dataIn(wantsDescriptors ? encodeDescriptorSense(facts) : encodeSense(facts), u8(cdb, 4));
}
