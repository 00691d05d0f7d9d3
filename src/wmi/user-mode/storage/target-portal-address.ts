// TargetPortalAddress and TargetPortalPortNumber.

import type { PortalAddress } from '../../../service/index.ts';
import { invalid, textOf } from '../inputs.ts';

/** The port that nobody has to name (RFC 7143 §4.1). */
export const usualPort = 3260;

/** A portal as the storage classes have it. */
export interface TargetPortalAddress {
  readonly TargetPortalAddress: string | null;
  readonly TargetPortalPortNumber: number | null;
}

/** A portal that is given, or none: one without an address. */
export function readTargetPortal(input: TargetPortalAddress): PortalAddress | undefined {
  const host = textOf(input.TargetPortalAddress)?.replace(/^\[(.*)\]$/, '$1');
  const port = input.TargetPortalPortNumber ?? usualPort;
  if (host === undefined) return undefined;
  return port === 0 ? invalid('TargetPortalPortNumber must be a TCP port') : { host, port };
}
