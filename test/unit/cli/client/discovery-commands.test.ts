// The commands of discovery, of secrets and of the node: what they ask the service, and how they print what it answers.

import type { FakeCall } from '../../../support/answering-service.ts';
import { disk, samplePortal, sampleTarget } from '../../../support/sample-answers.ts';
import { type CommandCase, suiteOfCommands } from '../../../support/service-command-cases.ts';

const cases: readonly CommandCase[] = [
  {
    line: 'portals',
    answers: { portals: [samplePortal] },
    calls: [['portals']],
    document: { portals: [samplePortal] },
    text: `PORTAL           INITIATOR  TARGETS  ASKED                 RESULT
192.0.2.10:3260  any              2  2026-11-21T18:00:00Z  ok
`,
  },
  {
    line: 'portals list',
    answers: { portals: [] },
    calls: [['portals']],
    document: { portals: [] },
    text: 'No portals\n',
  },
  {
    line: 'portals add [2001:db8::1]:3261 --instance Root\\ISCSIPRT\\0000_0 --initiator-port 1 --chap-user me --symbolic-name one',
    answers: {
      addPortal: {
        ...samplePortal,
        host: '2001:db8::1',
        instance: 'Root\\ISCSIPRT\\0000_0',
        initiatorPort: 1,
        outcome: { at: undefined, targetCount: 0, error: { code: 'ISCSI_AUTH_FAILED', message: 'No' } },
      },
    },
    variables: { HAWSER_CHAP_SECRET: 'a secret of ours' },
    calls: [
      [
        'addPortal',
        {
          host: '2001:db8::1',
          port: 3261,
          instance: 'Root\\ISCSIPRT\\0000_0',
          initiatorPort: 1,
          symbolicName: 'one',
          loginOptions: { authType: 'chap', userName: 'me', password: 'a secret of ours' },
        },
      ],
    ],
    text: `PORTAL              INITIATOR                    TARGETS  ASKED  RESULT
[2001:db8::1]:3260  Root\\ISCSIPRT\\0000_0 port 1        0         No (ISCSI_AUTH_FAILED)
`,
  },
  {
    line: 'portals remove 192.0.2.10',
    answers: { removePortal: undefined },
    calls: [['removePortal', { host: '192.0.2.10', port: 3260 }]],
    document: { removed: { host: '192.0.2.10', port: 3260 } },
    text: 'Removed the portal 192.0.2.10:3260\n',
  },
  {
    line: 'portals refresh',
    answers: { targets: [], portals: [] },
    calls: [['targets', { refresh: true }], ['portals']],
    document: { portals: [] },
    text: 'No portals\n',
  },
  {
    line: 'portals refresh 192.0.2.10:3260',
    answers: { refreshPortal: samplePortal },
    calls: [['refreshPortal', { host: '192.0.2.10', port: 3260 }]],
    text: `PORTAL           INITIATOR  TARGETS  ASKED                 RESULT
192.0.2.10:3260  any              2  2026-11-21T18:00:00Z  ok
`,
  },
  {
    line: 'targets --refresh --all',
    answers: { targets: [sampleTarget] },
    calls: [['targets', { refresh: true, includesHidden: true }]],
    document: { targets: [sampleTarget] },
    text: `TARGET                    SESSIONS  FOUND BY                     PORTALS                                  ALIAS
iqn.2026-11.example:disk         1  SendTargets:192.0.2.10:3260  192.0.2.10:3260,1 [2001:db8::10]:3260,1  for tests
`,
  },
  {
    line: `targets add ${disk} --portal 192.0.2.10 --portal 192.0.2.11:3261 --alias x --hidden --merge --temporary --max-connections 4 --multipath`,
    answers: { addStaticTarget: sampleTarget },
    calls: [
      [
        'addStaticTarget',
        {
          targetName: disk,
          targetAlias: 'x',
          portals: [
            { host: '192.0.2.10', port: 3260 },
            { host: '192.0.2.11', port: 3261 },
          ],
          isHidden: true,
          merges: true,
          persists: false,
          loginOptions: { maximumConnections: 4, loginFlags: 2 },
        },
      ],
    ],
    text: `TARGET                    SESSIONS  FOUND BY                     PORTALS                                  ALIAS
iqn.2026-11.example:disk         1  SendTargets:192.0.2.10:3260  192.0.2.10:3260,1 [2001:db8::10]:3260,1  for tests
`,
  },
  {
    line: `targets remove ${disk}`,
    answers: { removeStaticTarget: undefined },
    calls: [['removeStaticTarget', { targetName: disk }]],
    document: { removed: { targetName: disk } },
    text: `Removed the target ${disk}\n`,
  },
  {
    line: 'isns',
    answers: {
      isnsServers: [
        { address: 'isns.example', outcome: { at: undefined, targetCount: 0, error: undefined }, isRegistered: false },
      ],
    },
    calls: [['isnsServers']],
    document: {
      servers: [{ address: 'isns.example', outcome: { targetCount: 0 }, isRegistered: false }],
    },
    text: `SERVER        REGISTERED  TARGETS  ASKED  RESULT\nisns.example  no                0         not asked yet\n`,
  },
  ...(['add', 'refresh'] as const).map((verb) => ({
    line: `isns ${verb} isns.example:3206`,
    answers: {
      [`${verb}IsnsServer`]: { address: 'isns.example:3206', outcome: samplePortal.outcome, isRegistered: true },
    },
    calls: [[`${verb}IsnsServer`, { address: 'isns.example:3206' }]] as FakeCall[],
    text: `SERVER             REGISTERED  TARGETS  ASKED                 RESULT
isns.example:3206  yes               2  2026-11-21T18:00:00Z  ok
`,
  })),
  {
    line: 'isns remove isns.example',
    answers: { removeIsnsServer: undefined },
    calls: [['removeIsnsServer', { address: 'isns.example' }]],
    document: { removed: { address: 'isns.example' } },
    text: 'Removed the iSNS server isns.example\n',
  },
  {
    line: 'secrets',
    answers: { secrets: [{ name: 'initiator CHAP secret', length: 16, since: '2026-11-21T18:00:00.000Z' }] },
    calls: [['secrets']],
    document: { secrets: [{ name: 'initiator CHAP secret', length: 16, since: '2026-11-21T18:00:00.000Z' }] },
    text: `SECRET                 BYTES  SINCE\ninitiator CHAP secret     16  2026-11-21T18:00:00Z\n`,
  },
  {
    line: 'secrets set-chap',
    answers: { setChapSecret: undefined },
    variables: { HAWSER_INITIATOR_SECRET: 'sixteen bytes!!!' },
    calls: [['setChapSecret', { secret: 'sixteen bytes!!!' }]],
    document: { set: 'initiator CHAP secret' },
    text: 'Set the initiator CHAP secret\n',
  },
  {
    line: 'secrets set-radius --clear',
    answers: { setRadiusSecret: undefined },
    calls: [['setRadiusSecret', { secret: null }]],
    document: { cleared: 'RADIUS secret' },
    text: 'Took the RADIUS secret away\n',
  },
  {
    line: 'radius',
    answers: { radiusServers: [{ host: '192.0.2.20', port: 1812 }] },
    calls: [['radiusServers']],
    document: { servers: [{ host: '192.0.2.20', port: 1812 }] },
    text: 'SERVER\n192.0.2.20:1812\n',
  },
  {
    line: 'radius add 192.0.2.20',
    answers: { addRadiusServer: undefined },
    calls: [['addRadiusServer', { address: '192.0.2.20' }]],
    document: { added: { address: '192.0.2.20' } },
    text: 'Added the RADIUS server 192.0.2.20\n',
  },
  {
    line: 'radius remove 192.0.2.20',
    answers: { removeRadiusServer: undefined },
    calls: [['removeRadiusServer', { address: '192.0.2.20' }]],
    document: { removed: { address: '192.0.2.20' } },
    text: 'Removed the RADIUS server 192.0.2.20\n',
  },
  ...(
    [
      ['initiator', ['initiator']],
      ['initiator set-name iqn.2026-11.example:host', ['setInitiator', { nodeName: 'iqn.2026-11.example:host' }]],
      ['initiator set-name --default', ['setInitiator', { nodeName: null }]],
      ['initiator set-alias rack', ['setInitiator', { alias: 'rack' }]],
      ['initiator set-alias --default', ['setInitiator', { alias: null }]],
    ] as const
  ).map(([line, call]) => ({
    line,
    answers: {
      [call[0]]: {
        nodeName: 'iqn.2026-11.example:host',
        defaultNodeName: 'iqn.2026-11.io.hawser:host',
        alias: 'rack',
        hasChapSecret: false,
        instances: [
          {
            instance: 'Root\\ISCSIPRT\\0000_0',
            adapterId: '9f3a5c0012345678',
            sessionCount: 1,
            ports: ['127.0.0.1', '192.0.2.1'],
          },
        ],
      },
    },
    calls: [call as FakeCall],
    text: `Name          iqn.2026-11.example:host
Default name  iqn.2026-11.io.hawser:host
Alias         rack
CHAP secret   not set

INSTANCE              ADAPTER           SESSIONS  PORTS
Root\\ISCSIPRT\\0000_0  9f3a5c0012345678         1  0=127.0.0.1 1=192.0.2.1
`,
  })),
];

suiteOfCommands('a command of discovery', cases);
