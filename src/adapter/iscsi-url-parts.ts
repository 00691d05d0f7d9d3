// What all parts of an iSCSI URL have in common: percent-escapes, and the fault of a part that is none.

import { UsageError } from '../base/index.ts';

/** Undoes percent-escapes. Throws UsageError ISCSI_BAD_URL for one that is none; the part itself is not shown. */
export function unescapePart(part: string, argument: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new UsageError('ISCSI_BAD_URL', `Bad iSCSI URL: the ${argument} has a percent-escape that is none`, {
      argument,
      cause: error,
    });
  }
}

/** The error for a URL that is none; `argument` is the part at fault. */
export function badUrl(why: string, argument: string): UsageError {
  return new UsageError('ISCSI_BAD_URL', `Bad iSCSI URL: ${why}`, { argument });
}
