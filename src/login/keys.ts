// The table of login and text keys: from it come all rules of negotiation. RFC 7143 §12, §13, and
// RFC 7144 for the range of iSCSIProtocolLevel.

/** A negotiated or declared value: text for lists and names, a number or a boolean where the key is one. */
export type KeyValue = string | number | boolean;

/** When a key may be used: leading connection only, login only, always, full feature phase only (RFC 7143 §13). */
export type KeyUse = 'LO' | 'IO' | 'ALL' | 'FFPO';

/** In which stage of login a key may stand. */
export type KeyStage = 'security' | 'operational' | 'any';

interface KeyPlace {
  /** Where the key is defined. */
  readonly clause: string;
  readonly use: KeyUse;
  readonly stage: KeyStage;
  readonly scope: 'session' | 'connection';
  /** Who may send the key during login, other than as an answer. */
  readonly senders: 'initiator' | 'target' | 'both';
  readonly isIrrelevantInDiscovery?: true;
  /** Whether a peer that answers NotUnderstood is within the rules: only for keys younger than RFC 3720. */
  readonly mayBeNotUnderstood?: true;
}

/** A key whose result is a number: the selected value may not exceed (or fall below) the offered one. */
export interface NumberKey extends KeyPlace {
  readonly rule: 'minimum' | 'maximum';
  readonly min: number;
  readonly max: number;
  readonly initial: number;
}

/** A key whose result is Yes or No, by the Boolean function named. */
export interface BooleanKey extends KeyPlace {
  readonly rule: 'and' | 'or';
  readonly initial: boolean;
}

/** A key whose result is the first value of the proposer's list that the acceptor supports. */
export interface ListKey extends KeyPlace {
  readonly rule: 'list';
  readonly initial: string;
}

/** A key that is declared, not negotiated. */
export type DeclaredKey = KeyPlace & { readonly rule: 'declared'; readonly isRepeatable?: true } & (
    | { readonly value: 'text' | 'tag' }
    | { readonly value: 'number'; readonly min: number; readonly max: number }
  );

/** A key that has no result: obsolete ones are answered Reject, ignored ones not at all, security ones elsewhere. */
export interface ResultlessKey extends KeyPlace {
  readonly rule: 'obsolete' | 'ignored' | 'authentication' | 'discovery';
}

export type KeyFacts = NumberKey | BooleanKey | ListKey | DeclaredKey | ResultlessKey;

const largestLength = 2 ** 24 - 1;

const sessionKey = { use: 'LO', stage: 'operational', scope: 'session', senders: 'both' } as const;
const normalKey = { ...sessionKey, isIrrelevantInDiscovery: true } as const;
const digestKey = { use: 'IO', stage: 'operational', scope: 'connection', senders: 'both' } as const;
const nameKey = { use: 'IO', stage: 'any', scope: 'session', senders: 'initiator', rule: 'declared' } as const;
const targetKey = { stage: 'any', scope: 'session', senders: 'target', rule: 'declared' } as const;
const chapKey = { use: 'IO', stage: 'security', scope: 'connection', senders: 'both', rule: 'authentication' } as const;
const markerKey = { use: 'IO', stage: 'operational', scope: 'connection', senders: 'both', rule: 'obsolete' } as const;

// biome-ignore format: one key a line, so that the columns can be read against the RFC
const rows: readonly (readonly [string, KeyFacts])[] = [
  ['AuthMethod', { ...chapKey, clause: 'RFC 7143 §12.1' }],
  ['CHAP_A', { ...chapKey, clause: 'RFC 7143 §12.1.3' }],
  ['CHAP_I', { ...chapKey, clause: 'RFC 7143 §12.1.3' }],
  ['CHAP_C', { ...chapKey, clause: 'RFC 7143 §12.1.3' }],
  ['CHAP_N', { ...chapKey, clause: 'RFC 7143 §12.1.3' }],
  ['CHAP_R', { ...chapKey, clause: 'RFC 7143 §12.1.3' }],
  ['HeaderDigest', { ...digestKey, clause: 'RFC 7143 §13.1', rule: 'list', initial: 'None' }],
  ['DataDigest', { ...digestKey, clause: 'RFC 7143 §13.1', rule: 'list', initial: 'None' }],
  ['MaxConnections', { ...normalKey, clause: 'RFC 7143 §13.2', rule: 'minimum', min: 1, max: 65535, initial: 1 }],
  ['SendTargets', { use: 'FFPO', stage: 'operational', scope: 'session', senders: 'initiator', clause: 'RFC 7143 §13.3', rule: 'discovery' }],
  ['TargetName', { ...nameKey, clause: 'RFC 7143 §13.4', value: 'text' }],
  ['InitiatorName', { ...nameKey, clause: 'RFC 7143 §13.5', value: 'text' }],
  ['TargetAlias', { ...targetKey, use: 'ALL', clause: 'RFC 7143 §13.6', value: 'text' }],
  ['InitiatorAlias', { ...nameKey, use: 'ALL', clause: 'RFC 7143 §13.7', value: 'text' }],
  ['TargetAddress', { ...targetKey, use: 'ALL', clause: 'RFC 7143 §13.8', value: 'text', isRepeatable: true }],
  ['TargetPortalGroupTag', { ...targetKey, use: 'IO', clause: 'RFC 7143 §13.9', value: 'tag' }],
  ['InitialR2T', { ...normalKey, clause: 'RFC 7143 §13.10', rule: 'or', initial: true }],
  ['ImmediateData', { ...normalKey, clause: 'RFC 7143 §13.11', rule: 'and', initial: true }],
  ['MaxRecvDataSegmentLength', { use: 'ALL', stage: 'operational', scope: 'connection', senders: 'both', clause: 'RFC 7143 §13.12', rule: 'declared', value: 'number', min: 512, max: largestLength }],
  ['MaxBurstLength', { ...normalKey, clause: 'RFC 7143 §13.13', rule: 'minimum', min: 512, max: largestLength, initial: 262144 }],
  ['FirstBurstLength', { ...normalKey, clause: 'RFC 7143 §13.14', rule: 'minimum', min: 512, max: largestLength, initial: 65536 }],
  ['DefaultTime2Wait', { ...sessionKey, clause: 'RFC 7143 §13.15', rule: 'maximum', min: 0, max: 3600, initial: 2 }],
  ['DefaultTime2Retain', { ...sessionKey, clause: 'RFC 7143 §13.16', rule: 'minimum', min: 0, max: 3600, initial: 20 }],
  ['MaxOutstandingR2T', { ...normalKey, clause: 'RFC 7143 §13.17', rule: 'minimum', min: 1, max: 65535, initial: 1 }],
  ['DataPDUInOrder', { ...normalKey, clause: 'RFC 7143 §13.18', rule: 'or', initial: true }],
  ['DataSequenceInOrder', { ...normalKey, clause: 'RFC 7143 §13.19', rule: 'or', initial: true }],
  ['ErrorRecoveryLevel', { ...sessionKey, clause: 'RFC 7143 §13.20', rule: 'minimum', min: 0, max: 2, initial: 0 }],
  ['SessionType', { ...nameKey, use: 'LO', clause: 'RFC 7143 §13.21', value: 'text' }],
  ['TaskReporting', { ...normalKey, clause: 'RFC 7143 §13.23', rule: 'list', initial: 'RFC3720', mayBeNotUnderstood: true }],
  ['iSCSIProtocolLevel', { ...normalKey, clause: 'RFC 7143 §13.24', rule: 'minimum', min: 0, max: 31, initial: 1, mayBeNotUnderstood: true }],
  ['IFMarker', { ...markerKey, clause: 'RFC 7143 §13.25' }],
  ['OFMarker', { ...markerKey, clause: 'RFC 7143 §13.25' }],
  ['IFMarkInt', { ...markerKey, clause: 'RFC 7143 §13.25' }],
  ['OFMarkInt', { ...markerKey, clause: 'RFC 7143 §13.25' }],
  // What a node does must not depend on this key (§13.26.2), so even its misuse has no consequence.
  ['X#NodeArchitecture', { use: 'LO', stage: 'any', scope: 'session', senders: 'both', clause: 'RFC 7143 §13.26', rule: 'ignored', mayBeNotUnderstood: true }],
];

/** Every key that this package understands, by its name as the RFC spells it. */
export const keyTable: ReadonlyMap<string, KeyFacts> = new Map(rows);
