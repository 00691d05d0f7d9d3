// The operational keys that an initiator may offer, with the rule that each follows (RFC 7143 §13).

/** How the result of a key follows from the value that is offered. */
export type KeyRule =
  /** The first of the offered values that the target takes (§6.2.1). */
  | { readonly kind: 'list' }
  | { readonly kind: 'and' }
  | { readonly kind: 'or' }
  | { readonly kind: 'minimum' | 'maximum' | 'declared'; readonly low: number; readonly high: number }
  /** Obsolete: answered with a fixed value (§13.25). */
  | { readonly kind: 'fixed'; readonly answer: string };

/** One operational key. */
export interface KeyFacts {
  readonly rule: KeyRule;
  /** Leading Only: may be offered on the first connection of a session alone. */
  readonly isLeadingOnly: boolean;
  /** Answered with `Irrelevant` in a discovery session. */
  readonly isForNormalOnly: boolean;
}

const length = { low: 512, high: 0x00ff_ffff };
const count = { low: 1, high: 65_535 };
const seconds = { low: 0, high: 3600 };

function key(rule: KeyRule, isLeadingOnly: boolean, isForNormalOnly: boolean): KeyFacts {
  return { rule, isLeadingOnly, isForNormalOnly };
}

/** Every key that may be negotiated in the operational stage. */
export const operationalKeys: ReadonlyMap<string, KeyFacts> = new Map([
  ['HeaderDigest', key({ kind: 'list' }, false, false)],
  ['DataDigest', key({ kind: 'list' }, false, false)],
  ['MaxRecvDataSegmentLength', key({ kind: 'declared', ...length }, false, false)],
  ['MaxConnections', key({ kind: 'minimum', ...count }, true, true)],
  ['InitialR2T', key({ kind: 'or' }, true, true)],
  ['ImmediateData', key({ kind: 'and' }, true, true)],
  ['MaxBurstLength', key({ kind: 'minimum', ...length }, true, true)],
  ['FirstBurstLength', key({ kind: 'minimum', ...length }, true, true)],
  ['DefaultTime2Wait', key({ kind: 'maximum', ...seconds }, true, false)],
  ['DefaultTime2Retain', key({ kind: 'minimum', ...seconds }, true, false)],
  ['MaxOutstandingR2T', key({ kind: 'minimum', ...count }, true, true)],
  ['DataPDUInOrder', key({ kind: 'or' }, true, true)],
  ['DataSequenceInOrder', key({ kind: 'or' }, true, true)],
  ['ErrorRecoveryLevel', key({ kind: 'minimum', low: 0, high: 2 }, true, false)],
  ['TaskReporting', key({ kind: 'list' }, true, true)],
  ['iSCSIProtocolLevel', key({ kind: 'minimum', low: 0, high: 31 }, true, true)],
  // §13.25: Reject is preferred for the two switches, but No is permitted too and does not look like a failure.
  ['IFMarker', key({ kind: 'fixed', answer: 'No' }, false, false)],
  ['OFMarker', key({ kind: 'fixed', answer: 'No' }, false, false)],
  ['IFMarkInt', key({ kind: 'fixed', answer: 'Reject' }, false, false)],
  ['OFMarkInt', key({ kind: 'fixed', answer: 'Reject' }, false, false)],
]);

/** Values that no side may propose (§6.2). */
const reservedValues: ReadonlySet<string> = new Set(['Reject', 'Irrelevant', 'NotUnderstood']);

/** Whether a value is one that can only be an answer. */
export function isReservedValue(value: string): boolean {
  return reservedValues.has(value);
}

/** Reads a numerical-value: a decimal or hex constant (§6.1). Undefined when it is none. */
export function parseNumber(text: string): number | undefined {
  if (/^(0|[1-9][0-9]*)$/.test(text)) return Number(text);
  return /^0[xX][0-9a-fA-F]+$/.test(text) ? Number(text) : undefined;
}
