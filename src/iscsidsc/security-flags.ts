// ISCSI_SECURITY_FLAGS.

import { badArgument } from './answer.ts';
import { isNull, readBits } from './arguments.ts';
import { ISCSI_SECURITY_FLAGS } from './values.ts';

const {
  ISCSI_SECURITY_FLAG_MAIN_MODE_ENABLED: mainMode,
  ISCSI_SECURITY_FLAG_AGGRESSIVE_MODE_ENABLED: aggressiveMode,
  ISCSI_SECURITY_FLAG_TRANSPORT_MODE_PREFERRED: transportMode,
  ISCSI_SECURITY_FLAG_TUNNEL_MODE_PREFERRED: tunnelMode,
} = ISCSI_SECURITY_FLAGS;

/** The flags, or none; main and aggressive mode exclude each other, and so do transport and tunnel mode. */
export function readSecurityFlags(value: unknown, name = 'SecurityFlags'): { readonly securityFlags?: number } {
  if (isNull(value)) return {};
  const securityFlags = readBits(value, name, ISCSI_SECURITY_FLAGS);
  for (const pair of [mainMode | aggressiveMode, transportMode | tunnelMode]) {
    if ((securityFlags & pair) === pair) badArgument(name, 'of one mode');
  }
  return securityFlags === 0 ? {} : { securityFlags };
}
