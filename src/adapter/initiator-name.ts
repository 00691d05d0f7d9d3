// Names of initiators and targets (RFC 7143 §4.2.7): what they may look like, and ours when nobody gives one.

import { hostname } from 'node:os';

import { UsageError } from '../base/index.ts';

const longestName = 223;
/** Control characters have no place in a name (RFC 3722); a NUL would end the key that it is sent in. */
const nameForm = /^(?:iqn\.\d{4}-\d{2}\.[^\s\p{C}]+|eui\.[0-9A-Fa-f]{16}|naa\.(?:[0-9A-Fa-f]{16}|[0-9A-Fa-f]{32}))$/u;

/** The name under which this host logs in when none is configured: made of the host's own name, so it stays the same. */
export function defaultInitiatorName(host: string = hostname()): string {
  const label = host.toLowerCase().replace(/[^a-z0-9.:-]/g, '-');
  return `iqn.2026-11.io.hawser:${label === '' ? 'host' : label}`.slice(0, longestName);
}

/**
 * Returns `name` in lower case, as names are compared (RFC 7143 §4.2.7.2). Throws UsageError ISCSI_BAD_ARGUMENT when it
 * is of none of the forms iqn., eui. and naa.
 */
export function checkName(name: string, argument: string): string {
  const folded = name.normalize('NFKC').toLowerCase();
  if (!nameForm.test(folded) || Buffer.byteLength(folded) > longestName) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `${JSON.stringify(name)} is no iSCSI name (iqn., eui. or naa.)`, {
      argument,
    });
  }
  return folded;
}
