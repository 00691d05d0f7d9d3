// What a status says: its name, its text, how grave it is, and which of our error codes it is.

import type { ErrorCode } from '../errors/codes.ts';
import { isdscCodes, type StatusName, type StatusText, win32Codes } from './codes.ts';
import { statusOfCode } from './from-error.ts';
import { codeOfStatus } from './nearest-codes.ts';

/** What is known of a status. */
export interface StatusFacts extends StatusText {
  readonly name: StatusName;
  readonly severity: 'success' | 'warning' | 'error';
  /** The error code of ours that says the same or the nearest to it; undefined where nothing of ours does. */
  readonly code: ErrorCode | undefined;
}

const facts: ReadonlyMap<number, StatusFacts> = new Map(
  Object.entries({ ...win32Codes, ...isdscCodes }).map(([key, { value, text }]) => {
    const name = key as StatusName;
    return [value, { name, value, text, severity: severityOf(value), code: codeOfStatus[name] ?? onlyCodeOf(name) }];
  }),
);

/** What a status says; undefined for one that is not known. */
export function statusFacts(value: number): StatusFacts | undefined {
  return facts.get(value);
}

/** By bits 31 and 30 for a code of iscsierr.h; a code of Win32 other than 0 is an error. */
function severityOf(value: number): StatusFacts['severity'] {
  if (value === 0) return 'success';
  return value >>> 30 === 2 ? 'warning' : 'error';
}

function onlyCodeOf(name: StatusName): ErrorCode | undefined {
  return (Object.keys(statusOfCode) as ErrorCode[]).find((code) => statusOfCode[code] === name);
}
