// All error codes: stable, documented, never reused. docs/errors.md and the CLI's exit statuses are derived from this table.

import { protocolCodes } from './protocol-codes.ts';
import { serviceCodes } from './service-codes.ts';
import { wmiCodes } from './wmi-codes.ts';

/** What an error code means and how it is shown outside. */
export interface ErrorCodeFacts {
  /** Exit status of `hawser` when a command ends with this code. 1 is an unforeseen failure, 2 a bad command line. */
  readonly exitStatus: number;
  /** Whether the same call may succeed later, unless the error says otherwise itself. */
  readonly isRetryable: boolean;
  /** One sentence for people. */
  readonly meaning: string;
}

/** A stable name of a fault. Match on this, never on a message. */
export type ErrorCode = keyof typeof protocolCodes | keyof typeof serviceCodes | keyof typeof wmiCodes;

export const errorCodes: Readonly<Record<ErrorCode, ErrorCodeFacts>> = {
  ...protocolCodes,
  ...serviceCodes,
  ...wmiCodes,
};
