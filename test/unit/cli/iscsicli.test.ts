// `hawser iscsicli`: every command's values in their order, what the service is asked by them, and what is printed.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { iscsicliCommands } from '../../../src/cli/iscsicli/table.ts';
import { type FakeAnswers, type FakeCall, makeFakeService } from '../../support/answering-service.ts';
import { type CliResult, runCli } from '../../support/cli-world.ts';
import {
  disk,
  sampleId,
  samplePersistentLogin,
  samplePortal,
  sampleSession,
  sampleTarget,
} from '../../support/sample-answers.ts';

const done = 'The operation completed successfully.';
const instance = 'Root\\ISCSIPRT\\0000_0';
const loggedIn = { sessionId: sampleId(1), connectionId: sampleId(2), wasThere: false };

/** A command line (without `hawser iscsicli`), what the service is asked, and what is printed above the last line. */
interface Case {
  readonly line: string;
  readonly answers: FakeAnswers;
  readonly calls: readonly FakeCall[];
  readonly text?: string;
}

async function iscsicli(line: string, answers: FakeAnswers): Promise<CliResult & { calls: readonly FakeCall[] }> {
  const { service, calls } = makeFakeService(answers);
  const result = await runCli(['iscsicli', ...line.split(' ')], { service });
  return { ...result, calls };
}

const ids = `Session Id    : ${sampleId(1)}\nConnection Id : ${sampleId(2)}\n`;
const stars = (count: number): string => Array.from({ length: count }, () => '*').join(' ');

const cases: readonly Case[] = [
  {
    // As the scripts of storage vendors have it.
    line: `LoginTarget ${disk} t 192.0.2.10 3260 ${instance} -1 * 0x00000002 * * * * * * * * * 0`,
    answers: { login: loggedIn },
    calls: [
      [
        'login',
        {
          targetName: disk,
          isInformational: false,
          instance,
          portal: { host: '192.0.2.10', port: 3260 },
          loginOptions: { loginFlags: 2 },
          existing: 'add',
        },
      ],
    ],
    text: ids,
  },
  {
    line: `PersistentLoginTarget ${disk} t 192.0.2.10 3260 ${instance} -1 * 0x00000002 * * * * * * * * * 0`,
    answers: { addPersistentLogin: samplePersistentLogin },
    calls: [
      [
        'addPersistentLogin',
        {
          targetName: disk,
          isInformational: false,
          instance,
          portal: { host: '192.0.2.10', port: 3260 },
          loginOptions: { loginFlags: 2 },
        },
      ],
    ],
  },
  {
    line: `persistentlogintarget ${disk} F * * * * 0 0 1 0 4 2 20 me secretsecret 2 akey 2 0 0 1 0 0x8000000000000000 0 1 7`,
    answers: { addPersistentLogin: samplePersistentLogin },
    calls: [
      [
        'addPersistentLogin',
        {
          targetName: disk,
          isInformational: true,
          loginOptions: {
            authType: 'mutualChap',
            headerDigest: 'crc32c',
            dataDigest: 'none',
            userName: 'me',
            password: 'secretsecret',
            maximumConnections: 4,
            defaultTime2Wait: 2,
            defaultTime2Retain: 20,
          },
          key: 'akey',
          mapping: {
            osBusNumber: 0,
            osTargetNumber: 1,
            luns: [
              { osLun: 0, targetLun: '0' },
              { osLun: 7, targetLun: '8000000000000000' },
            ],
          },
        },
      ],
    ],
  },
  {
    line: `QLoginTarget ${disk} me secretsecret`,
    answers: { login: loggedIn },
    calls: [
      [
        'login',
        {
          targetName: disk,
          isInformational: false,
          loginOptions: {
            authType: 'chap',
            userName: 'me',
            password: { hex: Buffer.from('secretsecret').toString('hex') },
          },
          existing: 'refuse',
        },
      ],
    ],
    text: ids,
  },
  {
    line: `LOGOUTTARGET 0x${sampleId(1).replace('-', '-0x')}`,
    answers: { logout: {} },
    calls: [['logout', { sessionId: sampleId(1) }]],
  },
  {
    line: `AddTarget ${disk} alias 192.0.2.10 3260 0x4 T 0 ${stars(8)} 0`,
    answers: { addStaticTarget: sampleTarget },
    calls: [
      [
        'addStaticTarget',
        {
          targetName: disk,
          targetAlias: 'alias',
          isHidden: false,
          merges: true,
          persists: true,
          loginOptions: {},
          portals: [{ host: '192.0.2.10', port: 3260 }],
        },
      ],
    ],
  },
  {
    line: `QAddTarget ${disk} 192.0.2.10`,
    answers: { addStaticTarget: sampleTarget },
    calls: [
      [
        'addStaticTarget',
        {
          targetName: disk,
          isHidden: false,
          merges: false,
          persists: true,
          portals: [{ host: '192.0.2.10', port: 3260 }],
        },
      ],
    ],
  },
  {
    line: `RemoveTarget ${disk}`,
    answers: { removeStaticTarget: undefined },
    calls: [['removeStaticTarget', { targetName: disk }]],
  },
  ...(
    [
      ['', {}],
      [` ${instance} 1`, { instance, initiatorPort: 1 }],
    ] as const
  ).flatMap(([place, found]): Case[] => [
    {
      line: `AddTargetPortal 192.0.2.10 3261${place} 0 0 1 ${stars(4)} me secretsecret 1`,
      answers: { addPortal: samplePortal },
      calls: [
        [
          'addPortal',
          {
            host: '192.0.2.10',
            port: 3261,
            ...found,
            loginOptions: {
              authType: 'chap',
              headerDigest: 'crc32c',
              userName: 'me',
              password: { hex: Buffer.from('secretsecret').toString('hex') },
            },
          },
        ],
      ],
    },
    {
      line: `RemoveTargetPortal 192.0.2.10 3261${place}`,
      answers: { removePortal: undefined },
      calls: [['removePortal', { host: '192.0.2.10', port: 3261, ...found }]],
    },
    {
      line: `RefreshTargetPortal 192.0.2.10 3261${place}`,
      answers: { refreshPortal: samplePortal },
      calls: [['refreshPortal', { host: '192.0.2.10', port: 3261, ...found }]],
    },
  ]),
  {
    line: 'AddTargetPortal 192.0.2.10 3260',
    answers: { addPortal: samplePortal },
    calls: [['addPortal', { host: '192.0.2.10', port: 3260, loginOptions: {} }]],
  },
  {
    line: 'QAddTargetPortal 192.0.2.10',
    answers: { addPortal: samplePortal },
    calls: [['addPortal', { host: '192.0.2.10', port: 3260 }]],
  },
  {
    line: 'ListTargets',
    answers: { targets: [sampleTarget] },
    calls: [['targets', { refresh: false }]],
    text: `Targets List:\n    ${disk}\n`,
  },
  {
    line: 'ListTargetPortals',
    answers: { portals: [{ ...samplePortal, loginOptions: { hasPassword: true, userName: 'me', authType: 'chap' } }] },
    calls: [['portals']],
    text: `Total of 1 portal

Address and Socket     : 192.0.2.10 3260
Symbolic Name          :
Initiator Name         : *
Port Number            : <Any Port>
Security Flags         : 0x00000000
Login Flags            : 0x00000000
Header Digest          : *
Data Digest            : *
Maximum Connections    : *
Default Time To Wait   : *
Default Time To Retain : *
Username               : me
Password               : kept, not shown
Authentication Type    : 1
`,
  },
  {
    line: `RemovePersistentTarget ${instance} ${disk} 1 192.0.2.10 3260`,
    answers: { removePersistentLogin: { removed: 1 } },
    calls: [
      [
        'removePersistentLogin',
        { targetName: disk, instance, initiatorPort: 1, portal: { host: '192.0.2.10', port: 3260 } },
      ],
    ],
  },
  {
    line: `RemovePersistentTarget * ${disk} * * *`,
    answers: { removePersistentLogin: { removed: 1 } },
    calls: [['removePersistentLogin', { targetName: disk }]],
  },
  {
    line: `AddConnection ${sampleId(1)} ${instance} 1 192.0.2.11 3260 0 0 ${stars(8)} *`,
    answers: { addConnection: { connectionId: sampleId(2) } },
    calls: [
      [
        'addConnection',
        {
          sessionId: sampleId(1),
          initiatorPort: 1,
          portal: { host: '192.0.2.11', port: 3260 },
          loginOptions: {},
        },
      ],
    ],
    text: `Connection Id : ${sampleId(2)}\n`,
  },
  {
    line: `QAddConnection ${sampleId(1)} ${instance} 192.0.2.11`,
    answers: { addConnection: { connectionId: sampleId(2) } },
    calls: [['addConnection', { sessionId: sampleId(1), portal: { host: '192.0.2.11', port: 3260 } }]],
    text: `Connection Id : ${sampleId(2)}\n`,
  },
  {
    line: `RemoveConnection ${sampleId(1)} ${sampleId(2)}`,
    answers: { session: sampleSession(1), removeConnection: undefined },
    calls: [['removeConnection', { sessionId: sampleId(1), connectionId: sampleId(2) }]],
  },
  {
    line: `ScsiInquiry ${sampleId(1)} 0x0 1 0x83`,
    answers: {
      scsiInquiry: { scsiStatus: 0, response: Buffer.from('\u0000abcdefghijklmnopq').toString('base64'), sense: '' },
    },
    calls: [['scsiInquiry', { sessionId: sampleId(1), lun: 0, evpdCmddt: 1, pageCode: 0x83 }]],
    text: `SCSI Status     : 0
Response Length : 18
Sense Length    : 0

0000 : 00 61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f  .abcdefghijklmno
0010 : 70 71                                            pq
`,
  },
  {
    line: `ReadCapacity ${sampleId(1)} 5`,
    answers: { scsiReadCapacity: { scsiStatus: 0, response: 'AAAA', sense: '' } },
    calls: [['scsiReadCapacity', { sessionId: sampleId(1), lun: 5 }]],
  },
  {
    line: `ReportLUNs ${sampleId(1)}`,
    answers: { scsiReportLuns: { scsiStatus: 0, response: 'AAAA', sense: '' } },
    calls: [['scsiReportLuns', { sessionId: sampleId(1) }]],
  },
  {
    line: 'AddiSNSServer isns.example',
    answers: { addIsnsServer: { outcome: samplePortal.outcome } },
    calls: [['addIsnsServer', { address: 'isns.example' }]],
  },
  {
    line: 'RemoveiSNSServer isns.example',
    answers: { removeIsnsServer: undefined },
    calls: [['removeIsnsServer', { address: 'isns.example' }]],
  },
  {
    line: 'RefreshiSNSServer isns.example',
    answers: { refreshIsnsServer: undefined },
    calls: [['refreshIsnsServer', { address: 'isns.example' }]],
  },
  {
    line: 'ListiSNSServers',
    answers: { isnsServers: [{ address: 'isns.example' }] },
    calls: [['isnsServers']],
    text: 'iSNS Servers:\n    isns.example\n',
  },
  { line: 'FirewallExemptiSNSServer', answers: {}, calls: [] },
  {
    line: 'NodeName iqn.2026-11.example:host',
    answers: { setInitiator: {} },
    calls: [['setInitiator', { nodeName: 'iqn.2026-11.example:host' }]],
  },
  { line: 'NodeName *', answers: { setInitiator: {} }, calls: [['setInitiator', { nodeName: null }]] },
  {
    line: 'CHAPSecret twelve_bytes',
    answers: { setChapSecret: undefined },
    calls: [['setChapSecret', { secret: { hex: Buffer.from('twelve_bytes').toString('hex') } }]],
  },
  ...(['BindPersistentVolumes', 'BindPersistentDevices'] as const).map((line) => ({
    line,
    answers: { bindPersistentDevices: [] },
    calls: [['bindPersistentDevices']] as FakeCall[],
  })),
  {
    line: 'ReportPersistentDevices',
    answers: { persistentDevices: [{ path: `${disk}/0`, isPresent: true }] },
    calls: [['persistentDevices']],
    text: `Persistent Devices:\n    ${disk}/0\n`,
  },
  {
    line: `AddPersistentDevice ${disk}/0`,
    answers: { addPersistentDevice: {} },
    calls: [['addPersistentDevice', { path: `${disk}/0` }]],
  },
  {
    line: `RemovePersistentDevice ${disk}/0`,
    answers: { removePersistentDevice: undefined },
    calls: [['removePersistentDevice', { path: `${disk}/0` }]],
  },
  {
    line: 'ClearPersistentDevices',
    answers: { clearPersistentDevices: undefined },
    calls: [['clearPersistentDevices']],
  },
  {
    line: 'Ping * 192.0.2.10 2 64 1',
    answers: {},
    calls: [],
    text: '2 of 2 requests of 64 bytes to 192.0.2.10 were answered\n',
  },
];

suite('iscsicli', () => {
  test('has the 43 commands', () => {
    assert.equal(iscsicliCommands.length, 43);
    assert.equal(new Set(iscsicliCommands.map(({ name }) => name.toLowerCase())).size, 43);
  });

  for (const { line, answers, calls, text } of cases) {
    test(line, async () => {
      const { status, stdout, stderr, calls: made } = await iscsicli(line, answers);
      assert.equal(status, 0, stdout + stderr);
      // The calls of the Discovery Library look before some operations.
      assert.deepEqual(made.slice(made.length - calls.length), calls);
      assert.ok(stdout.endsWith(`${done}\n`));
      if (text !== undefined) assert.equal(stdout, `${text}${done}\n`);
    });
  }
});
