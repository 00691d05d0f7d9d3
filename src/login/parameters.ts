// What was agreed: the parameters of a connection and its session when the login is over.

import { noAgreement } from './key-fault.ts';
import type { Negotiation } from './negotiation.ts';
import type { KeyOffers } from './offers.ts';

/** The parameters in force on a connection. Lengths in bytes, times in seconds. */
export interface NegotiatedParameters {
  readonly headerDigest: boolean;
  readonly dataDigest: boolean;
  /** The longest data segment that we take, as we declared it. */
  readonly maxRecvDataSegmentLength: number;
  /** The longest data segment that the target takes, as it declared it. */
  readonly maxXmitDataSegmentLength: number;
  readonly maxConnections: number;
  readonly initialR2t: boolean;
  readonly immediateData: boolean;
  readonly maxBurstLength: number;
  readonly firstBurstLength: number;
  readonly defaultTime2Wait: number;
  readonly defaultTime2Retain: number;
  readonly maxOutstandingR2t: number;
  readonly dataPduInOrder: boolean;
  readonly dataSequenceInOrder: boolean;
  readonly errorRecoveryLevel: number;
  /** Undefined only in a discovery session whose target did not say. */
  readonly targetPortalGroupTag: number | undefined;
  readonly targetAlias: string | undefined;
  /** The first TargetAddress of the login, as the target wrote it. */
  readonly targetAddress: string | undefined;
  readonly iScsiProtocolLevel: number;
  /** `RFC3720`, `ResponseFence` or `FastAbort`. */
  readonly taskReporting: string;
}

/** What a target takes that declares nothing (RFC 7143 §13.12). */
const undeclaredSegmentLength = 8192;

/**
 * Reads the agreed values off a settled negotiation; session-wide ones come from `session` when the connection was
 * added to one. Throws LoginError ISCSI_NO_AGREEMENT when FirstBurstLength exceeds MaxBurstLength by the target's word.
 */
export function readParameters(
  negotiation: Negotiation,
  offers: KeyOffers,
  session: NegotiatedParameters | undefined,
): NegotiatedParameters {
  const connection = {
    headerDigest: negotiation.result('HeaderDigest') === 'CRC32C',
    dataDigest: negotiation.result('DataDigest') === 'CRC32C',
    maxRecvDataSegmentLength: offers.maxRecvDataSegmentLength,
    maxXmitDataSegmentLength: Number(negotiation.result('MaxRecvDataSegmentLength') ?? undeclaredSegmentLength),
    targetPortalGroupTag: negotiation.result('TargetPortalGroupTag') as number | undefined,
    targetAlias: (negotiation.result('TargetAlias') as string | undefined) ?? session?.targetAlias,
    targetAddress: negotiation.result('TargetAddress') as string | undefined,
  };
  if (session !== undefined) return { ...session, ...connection };
  const initialR2t = negotiation.result('InitialR2T') === true;
  const immediateData = negotiation.result('ImmediateData') === true;
  const maxBurstLength = Number(negotiation.result('MaxBurstLength'));
  return {
    ...connection,
    maxConnections: Number(negotiation.result('MaxConnections')),
    initialR2t,
    immediateData,
    maxBurstLength,
    firstBurstLength: readFirstBurst(negotiation, maxBurstLength, immediateData || !initialR2t),
    defaultTime2Wait: Number(negotiation.result('DefaultTime2Wait')),
    defaultTime2Retain: Number(negotiation.result('DefaultTime2Retain')),
    maxOutstandingR2t: Number(negotiation.result('MaxOutstandingR2T')),
    dataPduInOrder: negotiation.result('DataPDUInOrder') === true,
    dataSequenceInOrder: negotiation.result('DataSequenceInOrder') === true,
    errorRecoveryLevel: Number(negotiation.result('ErrorRecoveryLevel')),
    iScsiProtocolLevel: Number(negotiation.result('iSCSIProtocolLevel')),
    taskReporting: String(negotiation.result('TaskReporting')),
  };
}

/**
 * FirstBurstLength within MaxBurstLength (§13.14). A target that chose both against the rule has broken it; where one
 * of the two is a default, or no unsolicited data are allowed at all, the smaller simply holds.
 */
function readFirstBurst(negotiation: Negotiation, maxBurstLength: number, isRelevant: boolean): number {
  const firstBurstLength = Number(negotiation.result('FirstBurstLength'));
  const wereChosen = negotiation.hasChosen('FirstBurstLength') && negotiation.hasChosen('MaxBurstLength');
  if (firstBurstLength > maxBurstLength && isRelevant && wereChosen) {
    throw noAgreement('FirstBurstLength', `${firstBurstLength} exceeds MaxBurstLength ${maxBurstLength}`);
  }
  return Math.min(firstBurstLength, maxBurstLength);
}
