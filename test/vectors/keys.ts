// The login and text keys of RFC 7143 §12 and §13 and of RFC 7144, read from the RFCs by hand for the tests: properties
// as the "Use", "Scope", "Default" and "Result function" lines give them, with answers and proposals that are legal and
// that are not. Nothing here is taken from src/login.

/** One key that is negotiated. */
export interface NegotiatedKeyVector {
  readonly key: string;
  readonly clause: string;
  readonly use: 'LO' | 'IO' | 'ALL';
  readonly scope: 'SW' | 'CO';
  readonly isIrrelevantInDiscovery: boolean;
  /** The field of the agreed parameters in which the result shows. */
  readonly field: string;
  readonly initial: string | number | boolean;
  /** Our option that makes the offer, the offer it makes, and what may come of it. */
  readonly offers: readonly OfferVector[];
}

/** One offer of ours with the target's possible answers. */
export interface OfferVector {
  readonly option: Readonly<Record<string, unknown>>;
  readonly offered: string;
  /** Answer and result. */
  readonly legal: readonly (readonly [string, string | number | boolean])[];
  /** Answers that the selection rules forbid (§6.2.1, §6.2.2). */
  readonly inadmissible: readonly string[];
  /** Answers that are not values of the key's type (§6.1). */
  readonly malformed: readonly string[];
}

const notNumbers = ['', 'many', '-1', '1.5', '0x', '1e3', ' 1', '007', '1~2'];
const notBooleans = ['', 'yes', 'NO', 'True', '1', 'Yes,No'];

function digest(key: string, field: string): NegotiatedKeyVector {
  const option = field;
  return {
    key,
    clause: 'RFC 7143 §13.1',
    use: 'IO',
    scope: 'CO',
    isIrrelevantInDiscovery: false,
    field,
    initial: false,
    offers: [
      {
        option: { [option]: 'None,CRC32C' },
        offered: 'None,CRC32C',
        legal: [
          ['None', false],
          ['CRC32C', true],
          ['Reject', false],
          ['Irrelevant', false],
        ],
        inadmissible: ['crc32c', 'None,CRC32C', 'CRC32', '', 'Y-com.example.digest', 'NotUnderstood'],
        malformed: [],
      },
      {
        option: { [option]: 'CRC32C' },
        offered: 'CRC32C',
        legal: [['CRC32C', true]],
        inadmissible: ['None', 'Reject', 'Irrelevant', 'NotUnderstood'],
        malformed: [],
      },
      {
        option: { [option]: 'None' },
        offered: 'None',
        legal: [
          ['None', false],
          ['Reject', false],
        ],
        inadmissible: ['CRC32C'],
        malformed: [],
      },
    ],
  };
}

export const negotiatedKeys: readonly NegotiatedKeyVector[] = [
  digest('HeaderDigest', 'headerDigest'),
  digest('DataDigest', 'dataDigest'),
  {
    key: 'MaxConnections',
    clause: 'RFC 7143 §13.2',
    use: 'LO',
    scope: 'SW',
    isIrrelevantInDiscovery: true,
    field: 'maxConnections',
    initial: 1,
    offers: [
      {
        option: { maxConnections: 4 },
        offered: '4',
        legal: [
          ['1', 1],
          ['4', 4],
          ['0x3', 3],
          ['Reject', 1],
          ['Irrelevant', 1],
        ],
        inadmissible: ['0', '5', '65536', '18446744073709551616', 'NotUnderstood'],
        malformed: notNumbers,
      },
    ],
  },
  {
    key: 'InitialR2T',
    clause: 'RFC 7143 §13.10',
    use: 'LO',
    scope: 'SW',
    isIrrelevantInDiscovery: true,
    field: 'initialR2t',
    initial: true,
    offers: [
      {
        option: { initialR2t: false },
        offered: 'No',
        legal: [
          ['Yes', true],
          ['No', false],
          ['Reject', true],
          ['Irrelevant', true],
        ],
        inadmissible: ['NotUnderstood'],
        malformed: notBooleans,
      },
      {
        option: { initialR2t: true },
        offered: 'Yes',
        legal: [['Yes', true]],
        inadmissible: ['No'],
        malformed: notBooleans,
      },
    ],
  },
  {
    key: 'ImmediateData',
    clause: 'RFC 7143 §13.11',
    use: 'LO',
    scope: 'SW',
    isIrrelevantInDiscovery: true,
    field: 'immediateData',
    initial: true,
    offers: [
      {
        option: { immediateData: true },
        offered: 'Yes',
        legal: [
          ['Yes', true],
          ['No', false],
          ['Reject', true],
          ['Irrelevant', true],
        ],
        inadmissible: ['NotUnderstood'],
        malformed: notBooleans,
      },
      {
        option: { immediateData: false },
        offered: 'No',
        legal: [['No', false]],
        inadmissible: ['Yes'],
        malformed: notBooleans,
      },
    ],
  },
  {
    key: 'MaxBurstLength',
    clause: 'RFC 7143 §13.13',
    use: 'LO',
    scope: 'SW',
    isIrrelevantInDiscovery: true,
    field: 'maxBurstLength',
    initial: 262144,
    offers: [
      {
        option: { maxBurstLength: 1048576, firstBurstLength: 512 },
        offered: '1048576',
        legal: [
          ['512', 512],
          ['1048576', 1048576],
          ['0x40000', 262144],
          ['Reject', 262144],
          ['Irrelevant', 262144],
        ],
        inadmissible: ['511', '0', '1048577', '16777216', 'NotUnderstood'],
        malformed: notNumbers,
      },
    ],
  },
  {
    key: 'FirstBurstLength',
    clause: 'RFC 7143 §13.14',
    use: 'LO',
    scope: 'SW',
    isIrrelevantInDiscovery: true,
    field: 'firstBurstLength',
    initial: 65536,
    offers: [
      {
        option: { firstBurstLength: 131072 },
        offered: '131072',
        legal: [
          ['512', 512],
          ['131072', 131072],
          ['0X1000', 4096],
          ['Reject', 65536],
          ['Irrelevant', 65536],
        ],
        inadmissible: ['511', '131073', '16777216', 'NotUnderstood'],
        malformed: notNumbers,
      },
    ],
  },
  {
    key: 'DefaultTime2Wait',
    clause: 'RFC 7143 §13.15',
    use: 'LO',
    scope: 'SW',
    isIrrelevantInDiscovery: false,
    field: 'defaultTime2Wait',
    initial: 2,
    offers: [
      {
        option: { defaultTime2Wait: 5 },
        offered: '5',
        legal: [
          ['5', 5],
          ['3600', 3600],
          ['Reject', 2],
          ['Irrelevant', 2],
        ],
        inadmissible: ['4', '0', '3601', 'NotUnderstood'],
        malformed: notNumbers,
      },
    ],
  },
  {
    key: 'DefaultTime2Retain',
    clause: 'RFC 7143 §13.16',
    use: 'LO',
    scope: 'SW',
    isIrrelevantInDiscovery: false,
    field: 'defaultTime2Retain',
    initial: 20,
    offers: [
      {
        option: { defaultTime2Retain: 60 },
        offered: '60',
        legal: [
          ['0', 0],
          ['60', 60],
          ['Reject', 20],
          ['Irrelevant', 20],
        ],
        inadmissible: ['61', '3601', 'NotUnderstood'],
        malformed: notNumbers,
      },
    ],
  },
  {
    key: 'MaxOutstandingR2T',
    clause: 'RFC 7143 §13.17',
    use: 'LO',
    scope: 'SW',
    isIrrelevantInDiscovery: true,
    field: 'maxOutstandingR2t',
    initial: 1,
    offers: [
      {
        option: { maxOutstandingR2t: 8 },
        offered: '8',
        legal: [
          ['1', 1],
          ['8', 8],
          ['Reject', 1],
          ['Irrelevant', 1],
        ],
        inadmissible: ['0', '9', '65536', 'NotUnderstood'],
        malformed: notNumbers,
      },
    ],
  },
  ...(['DataPDUInOrder', 'DataSequenceInOrder'] as const).map((key, index): NegotiatedKeyVector => {
    const field = index === 0 ? 'dataPduInOrder' : 'dataSequenceInOrder';
    return {
      key,
      clause: index === 0 ? 'RFC 7143 §13.18' : 'RFC 7143 §13.19',
      use: 'LO',
      scope: 'SW',
      isIrrelevantInDiscovery: true,
      field,
      initial: true,
      offers: [
        {
          option: { [field]: true },
          offered: 'Yes',
          legal: [
            ['Yes', true],
            ['Reject', true],
          ],
          inadmissible: ['No', 'NotUnderstood'],
          malformed: notBooleans,
        },
        {
          option: { [field]: false },
          offered: 'No',
          legal: [
            ['Yes', true],
            ['No', false],
            ['Irrelevant', true],
          ],
          inadmissible: ['NotUnderstood'],
          malformed: notBooleans,
        },
      ],
    };
  }),
  {
    key: 'ErrorRecoveryLevel',
    clause: 'RFC 7143 §13.20',
    use: 'LO',
    scope: 'SW',
    isIrrelevantInDiscovery: false,
    field: 'errorRecoveryLevel',
    initial: 0,
    offers: [
      {
        option: { errorRecoveryLevel: 2 },
        offered: '2',
        legal: [
          ['0', 0],
          ['1', 1],
          ['2', 2],
          ['Reject', 0],
          ['Irrelevant', 0],
        ],
        inadmissible: ['3', 'NotUnderstood'],
        malformed: notNumbers,
      },
      {
        option: { errorRecoveryLevel: 0 },
        offered: '0',
        legal: [['0', 0]],
        inadmissible: ['1', '2'],
        malformed: [],
      },
    ],
  },
  {
    key: 'TaskReporting',
    clause: 'RFC 7143 §13.23',
    use: 'LO',
    scope: 'SW',
    isIrrelevantInDiscovery: true,
    field: 'taskReporting',
    initial: 'RFC3720',
    offers: [
      {
        option: { taskReporting: ['FastAbort', 'ResponseFence', 'RFC3720'] },
        offered: 'FastAbort,ResponseFence,RFC3720',
        legal: [
          ['FastAbort', 'FastAbort'],
          ['ResponseFence', 'ResponseFence'],
          ['RFC3720', 'RFC3720'],
          ['Reject', 'RFC3720'],
          ['NotUnderstood', 'RFC3720'],
        ],
        inadmissible: ['None', 'FastAbort,RFC3720', ''],
        malformed: [],
      },
    ],
  },
  {
    key: 'iSCSIProtocolLevel',
    clause: 'RFC 7143 §13.24',
    use: 'LO',
    scope: 'SW',
    isIrrelevantInDiscovery: true,
    field: 'iScsiProtocolLevel',
    initial: 1,
    offers: [
      {
        option: { offersProtocolLevel: true },
        offered: '1',
        legal: [
          ['1', 1],
          ['0', 0],
          ['Reject', 1],
          ['NotUnderstood', 1],
        ],
        inadmissible: ['2', '32'],
        malformed: notNumbers,
      },
    ],
  },
];
