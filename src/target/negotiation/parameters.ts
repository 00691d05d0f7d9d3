// The parameters of sessions and connections: what the target is ready to agree to, and what was agreed.

import { UsageError } from '../../base/index.ts';

/** A digest that can be negotiated (RFC 7143 §13.1). */
export type DigestName = 'CRC32C' | 'None';

/** What the target is ready to agree to. Numbers are its side of the minimum or maximum that the RFC prescribes. */
export interface TargetParameters {
  /** The digests that are accepted; both unless given. The initiator's order decides. */
  readonly headerDigest?: readonly DigestName[];
  readonly dataDigest?: readonly DigestName[];
  /** Connections a session; 1 to 16, 8 unless given. */
  readonly maxConnections?: number;
  /** Whether every write waits for an R2T; false unless given. */
  readonly initialR2t?: boolean;
  /** Whether data may come with a command; true unless given. */
  readonly immediateData?: boolean;
  /** Bytes of a data segment that the target takes; 256 KiB unless given. */
  readonly maxRecvDataSegmentLength?: number;
  /** Bytes of a data sequence; 1 MiB unless given. */
  readonly maxBurstLength?: number;
  /** Bytes of unsolicited data; 256 KiB unless given. */
  readonly firstBurstLength?: number;
  /** R2Ts of one task at a time; 8 unless given. */
  readonly maxOutstandingR2t?: number;
  /** Seconds; 0 unless given. */
  readonly defaultTime2Wait?: number;
  /** Seconds; 0 unless given, and 20 with error recovery level 2, which is of no use without. */
  readonly defaultTime2Retain?: number;
  /** The highest error recovery level to agree to: 0, 1 or 2; 0 unless given. */
  readonly errorRecoveryLevel?: number;
}

/** {@link TargetParameters} with every default filled in. */
export type ResolvedParameters = Readonly<Required<TargetParameters>>;

/** What a session agreed on (RFC 7143 §13, scope SW). */
export interface SessionParameters {
  readonly maxConnections: number;
  readonly initialR2t: boolean;
  readonly immediateData: boolean;
  readonly maxBurstLength: number;
  readonly firstBurstLength: number;
  readonly maxOutstandingR2t: number;
  readonly defaultTime2Wait: number;
  readonly defaultTime2Retain: number;
  readonly errorRecoveryLevel: number;
}

/** What a connection agreed on (RFC 7143 §13, scope CO). */
export interface ConnectionParameters {
  readonly headerDigest: boolean;
  readonly dataDigest: boolean;
  /** Bytes of a data segment that the target declared to take. */
  readonly maxRecvDataSegmentLength: number;
  /** Bytes of a data segment that the initiator declared to take. */
  readonly maxXmitDataSegmentLength: number;
}

/** The values that hold when a key is not negotiated (RFC 7143 §13). */
export const protocolDefaults: Readonly<SessionParameters & ConnectionParameters> = {
  maxConnections: 1,
  initialR2t: true,
  immediateData: true,
  maxBurstLength: 262_144,
  firstBurstLength: 65_536,
  maxOutstandingR2t: 1,
  defaultTime2Wait: 2,
  defaultTime2Retain: 20,
  errorRecoveryLevel: 0,
  headerDigest: false,
  dataDigest: false,
  maxRecvDataSegmentLength: 8192,
  maxXmitDataSegmentLength: 8192,
};

const ours: ResolvedParameters = {
  headerDigest: ['CRC32C', 'None'],
  dataDigest: ['CRC32C', 'None'],
  maxConnections: 8,
  initialR2t: false,
  immediateData: true,
  maxRecvDataSegmentLength: 262_144,
  maxBurstLength: 1_048_576,
  firstBurstLength: 262_144,
  maxOutstandingR2t: 8,
  defaultTime2Wait: 0,
  defaultTime2Retain: 0,
  errorRecoveryLevel: 0,
};

const longestSegment = 0x00ff_ffff;

/** The bounds of the numeric parameters (RFC 7143 §13). */
const bounds = {
  maxConnections: [1, 16],
  maxRecvDataSegmentLength: [512, longestSegment],
  maxBurstLength: [512, longestSegment],
  firstBurstLength: [512, longestSegment],
  maxOutstandingR2t: [1, 65_535],
  defaultTime2Wait: [0, 3600],
  defaultTime2Retain: [0, 3600],
  errorRecoveryLevel: [0, 2],
} as const;

/** Checks parameters and fills in defaults. @throws UsageError `ISCSI_BAD_ARGUMENT`. */
export function resolveParameters(parameters: TargetParameters): ResolvedParameters {
  const defaultTime2Retain = parameters.errorRecoveryLevel === 2 ? protocolDefaults.defaultTime2Retain : 0;
  const all: ResolvedParameters = { ...ours, defaultTime2Retain, ...parameters };
  for (const [name, [low, high]] of Object.entries(bounds)) {
    const value = all[name as keyof typeof bounds];
    if (Number.isInteger(value) && value >= low && value <= high) continue;
    throw new UsageError('ISCSI_BAD_ARGUMENT', `${name} is from ${low} to ${high}, not ${value}`, { argument: name });
  }
  // RFC 7143 §13.14: FirstBurstLength MUST NOT exceed MaxBurstLength.
  return { ...all, firstBurstLength: Math.min(all.firstBurstLength, all.maxBurstLength) };
}
