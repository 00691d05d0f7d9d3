// The declarative, initiator-only and obsolete keys of RFC 7143 §13, read from the RFC by hand for the tests. Nothing here
// is taken from src/login.

/** Keys that a target may declare, with values that are right and wrong, and where the value shows. */
export const targetDeclarations: readonly {
  readonly key: string;
  readonly clause: string;
  readonly field: string;
  readonly stage: 'any' | 'operational';
  readonly legal: readonly (readonly [string, string | number])[];
  readonly inadmissible: readonly string[];
  readonly malformed: readonly string[];
}[] = [
  {
    key: 'TargetAlias',
    clause: 'RFC 7143 §13.6',
    field: 'targetAlias',
    stage: 'any',
    legal: [
      ['Bob-s Disk', 'Bob-s Disk'],
      ['Web Server 3 Disk 20', 'Web Server 3 Disk 20'],
      ['Plattenstapel für Zürich', 'Plattenstapel für Zürich'],
      ['x'.repeat(255), 'x'.repeat(255)],
    ],
    inadmissible: [],
    malformed: ['x'.repeat(256), 'Reject', 'NotUnderstood'],
  },
  {
    key: 'TargetAddress',
    clause: 'RFC 7143 §13.8',
    field: 'targetAddress',
    stage: 'any',
    legal: [['10.0.0.1:5003,1', '10.0.0.1:5003,1']],
    inadmissible: [],
    malformed: ['Irrelevant'],
  },
  {
    key: 'MaxRecvDataSegmentLength',
    clause: 'RFC 7143 §13.12',
    field: 'maxXmitDataSegmentLength',
    stage: 'operational',
    legal: [
      ['512', 512],
      ['8192', 8192],
      ['16777215', 16777215],
      ['0x10000', 65536],
    ],
    inadmissible: ['511', '0', '16777216'],
    malformed: ['', 'Yes', '8 KiB', 'Reject', 'Irrelevant', 'NotUnderstood'],
  },
];

/** Values of TargetPortalGroupTag, a 16-bit binary-value (RFC 7143 §13.9, §6.1). */
export const portalGroupTags: {
  readonly legal: readonly (readonly [string, number])[];
  readonly malformed: readonly string[];
} = {
  legal: [
    ['0', 0],
    ['1', 1],
    ['65535', 65535],
    ['0xfffe', 65534],
    ['0x7', 7],
    ['0bAQI=', 258],
  ],
  malformed: ['65536', '0x10000', '0bAQID', 'one', '', '-1', 'Reject'],
};

/** Keys that only the initiator sends in login (RFC 7143 §13.3 to §13.5, §13.7, §13.21). */
export const initiatorKeys: readonly (readonly [key: string, clause: string, value: string])[] = [
  ['TargetName', 'RFC 7143 §13.4', 'iqn.1999-07.com.example:diskarray.sn.88'],
  ['InitiatorName', 'RFC 7143 §13.5', 'iqn.1999-07.com.os:hostid.77'],
  ['InitiatorAlias', 'RFC 7143 §13.7', 'Web Server 4'],
  ['SessionType', 'RFC 7143 §13.21', 'Normal'],
  ['SendTargets', 'RFC 7143 §13.3', 'All'],
];

/** Obsolete keys: a target's proposal must get Reject (or No for the first two), never NotUnderstood (§13.25). */
export const obsoleteKeys: readonly (readonly [key: string, value: string])[] = [
  ['IFMarker', 'No'],
  ['OFMarker', 'Yes'],
  ['IFMarkInt', '2048~8192'],
  ['OFMarkInt', '2048'],
];
