// What we offer: the session's and connection's keys with our defaults, resolved and checked once.

import { assert, UsageError } from '../base/index.ts';
import { type KeyValue, keyTable } from './keys.ts';
import { formatValue } from './values.ts';

/** A list of digests in order of preference. Without `None` the digest is required. */
export type DigestOffer = 'None,CRC32C' | 'CRC32C,None' | 'CRC32C' | 'None';

/** How task completions are reported (RFC 7143 §13.23). */
export type TaskReporting = 'RFC3720' | 'ResponseFence' | 'FastAbort';

/** The keys that we want, each with a value; made by `resolveKeyOffers`. Lengths in bytes, times in seconds. */
export interface KeyOffers {
  readonly headerDigest: DigestOffer;
  readonly dataDigest: DigestOffer;
  readonly maxConnections: number;
  readonly initialR2t: boolean;
  readonly immediateData: boolean;
  /** The longest data segment that we take, declared to the target. */
  readonly maxRecvDataSegmentLength: number;
  readonly maxBurstLength: number;
  readonly firstBurstLength: number;
  readonly defaultTime2Wait: number;
  readonly defaultTime2Retain: number;
  readonly maxOutstandingR2t: number;
  readonly dataPduInOrder: boolean;
  readonly dataSequenceInOrder: boolean;
  readonly errorRecoveryLevel: number;
  /** In order of preference; empty: not offered, which leaves `RFC3720`. */
  readonly taskReporting: readonly TaskReporting[];
  /** Whether iSCSIProtocolLevel=1 is offered. Without it level 1 holds too, and old targets have less to misread. */
  readonly offersProtocolLevel: boolean;
}

/** The wishes of a caller: whatever is left out gets our default. */
export type KeyOfferOptions = { readonly [Name in keyof KeyOffers]?: KeyOffers[Name] | undefined };

/** The level of RFC 7143 alone (§13.24). */
const protocolLevel = 1;

/** Which field of the offers stands behind which key. */
const numberFields = {
  MaxConnections: 'maxConnections',
  MaxRecvDataSegmentLength: 'maxRecvDataSegmentLength',
  MaxBurstLength: 'maxBurstLength',
  FirstBurstLength: 'firstBurstLength',
  DefaultTime2Wait: 'defaultTime2Wait',
  DefaultTime2Retain: 'defaultTime2Retain',
  MaxOutstandingR2T: 'maxOutstandingR2t',
  ErrorRecoveryLevel: 'errorRecoveryLevel',
} as const;

const digestOffers: readonly string[] = ['None,CRC32C', 'CRC32C,None', 'CRC32C', 'None'] satisfies DigestOffer[];
const taskReportings: readonly string[] = ['RFC3720', 'ResponseFence', 'FastAbort'] satisfies TaskReporting[];

/**
 * Fills in our defaults and checks every value against the range of its key. Throws UsageError ISCSI_BAD_ARGUMENT with
 * the option's name. Defaults: digests `None,CRC32C`; MaxConnections 8; InitialR2T No and ImmediateData Yes, so that a
 * small write needs no round trip; MaxRecvDataSegmentLength and FirstBurstLength 256 KiB; MaxBurstLength 16776192, the
 * largest multiple of 1 KiB, so that a write is one solicited sequence wherever the target can; Time2Wait 2, Time2Retain 20;
 * ErrorRecoveryLevel 2, from which a target may go down, or 0 for who wants several R2Ts at a time; both orders Yes;
 * MaxOutstandingR2T 1, as §13.19 demands of recovery with sequences in order, else 8.
 */
export function resolveKeyOffers(options: KeyOfferOptions = {}): KeyOffers {
  const maxBurstLength = options.maxBurstLength ?? 16_776_192;
  const dataSequenceInOrder = options.dataSequenceInOrder ?? true;
  // Whoever wants several R2Ts at a time, with sequences in order, cannot have recovery (§13.19).
  const forbidsRecovery = dataSequenceInOrder && (options.maxOutstandingR2t ?? 1) > 1;
  const errorRecoveryLevel = options.errorRecoveryLevel ?? (forbidsRecovery ? 0 : 2);
  const offers: KeyOffers = {
    headerDigest: options.headerDigest ?? 'None,CRC32C',
    dataDigest: options.dataDigest ?? 'None,CRC32C',
    maxConnections: options.maxConnections ?? 8,
    initialR2t: options.initialR2t ?? false,
    immediateData: options.immediateData ?? true,
    maxRecvDataSegmentLength: options.maxRecvDataSegmentLength ?? 262_144,
    maxBurstLength,
    firstBurstLength: options.firstBurstLength ?? Math.min(262_144, maxBurstLength),
    defaultTime2Wait: options.defaultTime2Wait ?? 2,
    defaultTime2Retain: options.defaultTime2Retain ?? 20,
    maxOutstandingR2t: options.maxOutstandingR2t ?? (errorRecoveryLevel > 0 && dataSequenceInOrder ? 1 : 8),
    dataPduInOrder: options.dataPduInOrder ?? true,
    dataSequenceInOrder,
    errorRecoveryLevel,
    taskReporting: Object.freeze([...(options.taskReporting ?? [])]),
    offersProtocolLevel: options.offersProtocolLevel ?? false,
  };
  checkOffers(offers);
  return Object.freeze(offers);
}

function checkOffers(offers: KeyOffers): void {
  for (const [key, field] of Object.entries(numberFields)) checkRange(key, field, offers[field]);
  if (!digestOffers.includes(offers.headerDigest)) refuse('headerDigest', `not a list of digests`);
  if (!digestOffers.includes(offers.dataDigest)) refuse('dataDigest', `not a list of digests`);
  if (offers.firstBurstLength > offers.maxBurstLength) {
    refuse('firstBurstLength', 'exceeds maxBurstLength (RFC 7143 §13.14)');
  }
  if (offers.errorRecoveryLevel > 0 && offers.dataSequenceInOrder && offers.maxOutstandingR2t !== 1) {
    refuse('maxOutstandingR2t', 'must be 1 with recovery and sequences in order (RFC 7143 §13.19)');
  }
  checkTaskReporting(offers.taskReporting);
}

function checkTaskReporting(list: readonly string[]): void {
  if (list.length === 0) return;
  if (list.some((item, index) => !taskReportings.includes(item) || list.indexOf(item) !== index)) {
    refuse('taskReporting', 'not a list of known values, each once');
  }
  if (!list.includes('RFC3720') || !list.includes('ResponseFence')) {
    refuse('taskReporting', 'must offer RFC3720 and ResponseFence (RFC 7143 §13.23)');
  }
}

function checkRange(key: string, field: string, value: number): void {
  const facts = keyTable.get(key);
  assert(facts !== undefined && 'max' in facts, `${key} has a range`);
  if (!Number.isSafeInteger(value) || value < facts.min || value > facts.max) {
    refuse(field, `${value} is not an integer from ${facts.min} to ${facts.max}`);
  }
}

function refuse(argument: string, why: string): never {
  throw new UsageError('ISCSI_BAD_ARGUMENT', `offers.${argument}: ${why}`, { argument: `offers.${argument}` });
}

/** Our value for every key that can be negotiated, as the text that we would offer. */
export function wishTexts(offers: KeyOffers): ReadonlyMap<string, string> {
  const values: [string, KeyValue][] = [
    ['HeaderDigest', offers.headerDigest],
    ['DataDigest', offers.dataDigest],
    ['InitialR2T', offers.initialR2t],
    ['ImmediateData', offers.immediateData],
    ['DataPDUInOrder', offers.dataPduInOrder],
    ['DataSequenceInOrder', offers.dataSequenceInOrder],
    ['TaskReporting', offers.taskReporting.length === 0 ? 'RFC3720' : offers.taskReporting.join(',')],
    ['iSCSIProtocolLevel', protocolLevel],
  ];
  for (const [key, field] of Object.entries(numberFields)) values.push([key, offers[field]]);
  return new Map(values.map(([key, value]) => [key, formatValue(value)]));
}

/**
 * The keys with their values that a login offers in its operational stage, in the table's order: session-wide ones only on the leading
 * connection (RFC 7143 §13), those irrelevant to discovery only in normal sessions.
 */
export function offeredPairs(offers: KeyOffers, isLeading: boolean, isDiscovery: boolean): [string, string][] {
  const wishes = wishTexts(offers);
  return [...keyTable].flatMap(([key, facts]) => {
    const wish = wishes.get(key);
    if (wish === undefined) return [];
    if (facts.use === 'LO' && !isLeading) return [];
    if (isDiscovery && facts.isIrrelevantInDiscovery === true) return [];
    if (key === 'TaskReporting' && offers.taskReporting.length === 0) return [];
    if (key === 'iSCSIProtocolLevel' && !offers.offersProtocolLevel) return [];
    return [[key, wish]];
  });
}
