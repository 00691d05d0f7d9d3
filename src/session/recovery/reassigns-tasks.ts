// Whether the commands of a lost connection are to go on over another one (RFC 7143 §7.2.2).

import type { RecoveryParts } from './recovery-parts.ts';

/**
 * What LIO, the target of the Linux kernel, calls itself. Its kernel (6.1) uses memory that it has freed when a reassigned
 * command ends, and may fail with all that it serves (docs/lio.md).
 */
const lioAlias = 'LIO Target';

/** At ErrorRecoveryLevel 2, unless the user or what is known of the target speaks against it. */
export function reassignsTasks({ joining, options }: RecoveryParts): boolean {
  const parameters = joining.leading?.parameters;
  if (parameters === undefined || parameters.errorRecoveryLevel < 2) return false;
  return options.reassignsTasks ?? parameters.targetAlias !== lioAlias;
}
