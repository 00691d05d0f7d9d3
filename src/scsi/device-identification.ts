// Device Identification VPD page (83h, SPC-4): the list of designators. What is inside each designator is in
// designator.ts.

import { putU8, u8 } from '../base/index.ts';
import type { Designator } from './designator.ts';
import { badData } from './response-data.ts';
import { connectedDisk, newVpdPage, type VpdDevice, vpdDeclaredLength, vpdHeaderLength, vpdPage } from './vpd.ts';

//    byte 0                      1                                       2    3
//   +--------------------------+---------------------------------------+----+--------+------------+
//   | protocol 7-4 codeset 3-0 | PIV 7, association 5-4, type 3-0      | 0  | length | designator |
//   +--------------------------+---------------------------------------+----+--------+------------+
const descriptorHeaderLength = 4;
const flagPiv = 0x80;

/** Encodes the Device Identification page. */
export function encodeDeviceIdentification(
  designators: readonly Designator[],
  device: VpdDevice = connectedDisk,
): Uint8Array {
  const length = designators.reduce((sum, designator) => sum + descriptorHeaderLength + designator.value.length, 0);
  const page = newVpdPage(vpdPage.deviceIdentification, length, device);
  let at = vpdHeaderLength;
  for (const designator of designators) at += putDesignator(page, at, designator);
  return page;
}

/**
 * Decodes the Device Identification page. A designator that the allocation length cut off is left out; compare
 * `vpdDeclaredLength`. Throws ScsiError SCSI_BAD_DATA for another page, and for a designator that runs over the end of
 * the page.
 */
export function decodeDeviceIdentification(bytes: Uint8Array): readonly Designator[] {
  const declared = vpdDeclaredLength(bytes, vpdPage.deviceIdentification);
  const designators: Designator[] = [];
  let at = vpdHeaderLength;
  while (at < declared) {
    if (at + descriptorHeaderLength > declared) throw badData(`a designator at byte ${at} has no whole header`);
    if (at + descriptorHeaderLength > bytes.length) break;
    const next = at + descriptorHeaderLength + u8(bytes, at + 3);
    if (next > declared) throw badData(`a designator at byte ${at} runs over the ${declared} bytes of its page`);
    if (next > bytes.length) break;
    designators.push(readDesignator(bytes, at));
    at = next;
  }
  return designators;
}

/** Writes one designation descriptor and returns its length. @internal */
export function putDesignator(bytes: Uint8Array, at: number, designator: Designator): number {
  const protocol = designator.protocolIdentifier;
  putU8(bytes, at, ((protocol ?? 0) << 4) | (designator.codeSet & 0x0f));
  const piv = protocol === undefined ? 0 : flagPiv;
  putU8(bytes, at + 1, piv | ((designator.association & 0x03) << 4) | (designator.type & 0x0f));
  putU8(bytes, at + 3, designator.value.length);
  bytes.set(designator.value, at + descriptorHeaderLength);
  return descriptorHeaderLength + designator.value.length;
}

/** Reads one designation descriptor; the caller has checked that it is whole. The value is a copy. @internal */
export function readDesignator(bytes: Uint8Array, at: number): Designator {
  const second = u8(bytes, at + 1);
  const start = at + descriptorHeaderLength;
  return {
    type: second & 0x0f,
    association: (second >>> 4) & 0x03,
    codeSet: u8(bytes, at) & 0x0f,
    protocolIdentifier: (second & flagPiv) === 0 ? undefined : u8(bytes, at) >>> 4,
    value: bytes.slice(start, start + u8(bytes, at + 3)),
  };
}
