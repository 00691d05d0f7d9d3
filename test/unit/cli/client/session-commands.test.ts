// The commands of sessions and devices: what they ask the service, and how they print what it answers.

import type { FakeCall } from '../../../support/answering-service.ts';
import {
  disk,
  sampleConnection,
  sampleDevice,
  sampleId,
  samplePersistentLogin,
  sampleSession,
  sampleStatus,
} from '../../../support/sample-answers.ts';
import { type CommandCase, suiteOfCommands } from '../../../support/service-command-cases.ts';

const two = [
  sampleSession(1, { connections: [sampleConnection(1), sampleConnection(2)] }),
  sampleSession(2, {
    targetName: 'iqn.2026-11.example:other',
    state: 'lost',
    isInformational: true,
    policy: 'leastQueueDepth',
    error: { code: 'ISCSI_CONNECTION_LOST', message: 'The line was lost' },
  }),
];
const held = { device: `LUN 0 of ${disk}`, label: 'nightly backup', pid: 4712 };

const cases: readonly CommandCase[] = [
  {
    line: 'status',
    answers: {
      status: {
        ...sampleStatus,
        isReady: false,
        lostSessions: [sampleId(2)],
        concerns: [
          {
            kind: 'persistent login',
            name: disk,
            code: 'ISCSI_CONNECT_FAILED',
            message: 'Nobody listens',
            since: '2026-11-21T17:00:01.000Z',
            nextAttemptAt: '2026-11-21T18:00:00.000Z',
          },
        ],
      },
    },
    calls: [['status']],
    text: `Service            version 9.8.7, pid 4711, since 2026-11-21T17:00:00Z
Ready              not yet
State in           /var/lib/hawser
Node               iqn.2026-11.example:host
Sessions           2 with 3 connections, 1 lost
Devices            4
Persistent logins  1
Targets known      5
Portals            1
iSNS servers       0

NOT AS WANTED     NAME                      SINCE                 NEXT ATTEMPT          WHY
persistent login  iqn.2026-11.example:disk  2026-11-21T17:00:01Z  2026-11-21T18:00:00Z  Nobody listens (ISCSI_CONNECT_FAILED)
`,
  },
  {
    line: `login ${disk}`,
    answers: { login: { sessionId: sampleId(1), connectionId: sampleId(2), wasThere: true } },
    calls: [['login', { targetName: disk }]],
    text: `There is a session with ${disk} already\nSession     ${sampleId(1)}\nConnection  ${sampleId(2)}\n`,
  },
  {
    line: `login ${disk} --portal 192.0.2.10 --persistent --informational --existing add --mutual --header-digest crc32c --data-digest preferred --connections 2 --time2-wait 0 --time2-retain 30 --policy fail-over --portal-hopping --require-ipsec --radius-verification`,
    answers: { login: { sessionId: sampleId(1), connectionId: sampleId(2), wasThere: false } },
    variables: { HAWSER_CHAP_SECRET: 'a secret of ours' },
    calls: [
      [
        'login',
        {
          targetName: disk,
          portal: { host: '192.0.2.10', port: 3260 },
          isInformational: true,
          isPersistent: true,
          existing: 'add',
          loginOptions: {
            authType: 'mutualChap',
            password: 'a secret of ours',
            headerDigest: 'crc32c',
            dataDigest: 'preferred',
            connections: 2,
            defaultTime2Wait: 0,
            defaultTime2Retain: 30,
            policy: 'failOver',
            loginFlags: 1 | 8 | 32,
          },
        },
      ],
    ],
    text: `Logged in to ${disk}\nSession     ${sampleId(1)}\nConnection  ${sampleId(2)}\n`,
  },
  {
    line: 'sessions',
    answers: { sessions: two },
    calls: [['sessions']],
    document: { sessions: two },
    text: `SESSION                            TARGET                     STATE                CONNECTIONS  POLICY             SINCE                 TROUBLE
${sampleId(1)}  iqn.2026-11.example:disk   loggedIn                       2  round-robin        2026-11-21T18:00:00Z
${sampleId(2)}  iqn.2026-11.example:other  lost, informational            1  least-queue-depth  2026-11-21T18:00:00Z  ISCSI_CONNECTION_LOST
`,
  },
  {
    line: 'session show 0001',
    answers: { sessions: two, session: two[0] },
    calls: [['sessions'], ['session', { sessionId: sampleId(1) }]],
    text: `Session              ${sampleId(1)}
Target               iqn.2026-11.example:disk
State                loggedIn
Since                2026-11-21T18:00:00Z
Recoveries           0
Initiator            iqn.2026-11.example:host (Root\\ISCSIPRT\\0000_0)
ISID                 80a1a2a30001
TSIH                 7
Portal group         1
Authentication       none
Policy               round-robin
InitialR2T           No
ImmediateData        Yes
FirstBurstLength     65536
MaxBurstLength       262144
MaxOutstandingR2T    1
MaxConnections       8
ErrorRecoveryLevel   0
DefaultTime2Wait     2
DefaultTime2Retain   20
DataPDUInOrder       Yes
DataSequenceInOrder  Yes

#  CONNECTION                         CID  STATE              ROLE    FROM             TO               DIGESTS  TASKS   READ  WRITTEN
1  ${sampleId(0x101)}    1  loggedIn, leading  active  192.0.2.1:40001  192.0.2.10:3260  header       2  1 MiB    4 KiB
2  ${sampleId(0x102)}    2  loggedIn           active  192.0.2.1:40002  192.0.2.10:3260  header       2  1 MiB    4 KiB
`,
  },
  ...(
    [
      ['fail-over:2', { policy: 'failOver', active: [sampleId(0x102)] }],
      ['fail-over', { policy: 'failOver' }],
      ['round-robin', { policy: 'roundRobin' }],
      ['round-robin-subset:1,2', { policy: 'roundRobinSubset', active: [sampleId(0x101), sampleId(0x102)] }],
      ['weighted:1=10,2=20', { policy: 'weightedPaths', weights: { [sampleId(0x101)]: 10, [sampleId(0x102)]: 20 } }],
    ] as const
  ).map(([policy, input]) => ({
    line: `session policy ${disk} ${policy}`,
    answers: { sessions: two, setPolicy: two[0] },
    calls: [['sessions'], ['setPolicy', { sessionId: sampleId(1), ...input }]] as FakeCall[],
  })),
  {
    line: 'connections add 0001 --portal 192.0.2.11 --initiator-port 2',
    answers: { sessions: two, addConnection: { connectionId: sampleId(3) } },
    calls: [
      ['sessions'],
      ['addConnection', { sessionId: sampleId(1), portal: { host: '192.0.2.11', port: 3260 }, initiatorPort: 2 }],
    ],
    document: { sessionId: sampleId(1), connectionId: sampleId(3) },
    text: `Added the connection ${sampleId(3)} to the session ${sampleId(1)}\n`,
  },
  {
    line: 'connections remove 0001 2 --deadline 1.5',
    answers: { sessions: two, removeConnection: undefined },
    calls: [
      ['sessions'],
      ['removeConnection', { sessionId: sampleId(1), connectionId: sampleId(0x102), drainTimeoutMs: 1500 }],
    ],
    document: { removed: { sessionId: sampleId(1), connectionId: sampleId(0x102) } },
    text: `Removed the connection ${sampleId(0x102)} from the session ${sampleId(1)}\n`,
  },
  {
    line: 'devices --session 0001 --rescan',
    answers: { sessions: two, devices: [sampleDevice(0, { holders: [held], isPersistent: true }), sampleDevice(1)] },
    calls: [['sessions'], ['devices', { sessionId: sampleId(1), rescan: true }]],
    document: { devices: [sampleDevice(0, { holders: [held], isPersistent: true }), sampleDevice(1)] },
    text: `DEVICE                        SIZE  MODEL                STATE    BOUND  SESSION                            HELD BY
${disk}/0  64 MiB  HAWSER VIRTUAL-DISK  present  yes    ${sampleId(1)}  nightly backup (pid 4712)
${disk}/1  64 MiB  HAWSER VIRTUAL-DISK  present  no     ${sampleId(1)}
`,
  },
  {
    line: `devices hold ${disk}/0 --label backup --pid 12 --lease 60`,
    answers: {
      holdDevice: {
        holdId: 'h-1',
        path: `${disk}/0`,
        sessionId: sampleId(1),
        label: 'backup',
        pid: 12,
        endsAt: undefined,
      },
    },
    calls: [['holdDevice', { path: `${disk}/0`, label: 'backup', pid: 12, leaseMs: 60_000 }]],
    text: 'h-1\n',
  },
  {
    line: `devices hold ${disk}/0 --label backup`,
    answers: { holdDevice: { holdId: 'h-1' } },
    calls: [['holdDevice', { path: `${disk}/0`, label: 'backup', pid: process.ppid }]],
    text: 'h-1\n',
  },
  {
    line: 'devices renew h-1 --lease 60',
    answers: { renewHold: { holdId: 'h-1', endsAt: '2026-11-21T18:01:00.000Z' } },
    calls: [['renewHold', { holdId: 'h-1', leaseMs: 60_000 }]],
    text: 'The hold h-1 ends at 2026-11-21T18:01:00Z\n',
  },
  {
    line: 'devices release h-1',
    answers: { releaseHold: undefined },
    calls: [['releaseHold', { holdId: 'h-1' }]],
    document: { released: { holdId: 'h-1' } },
    text: 'Released the hold h-1\n',
  },
  {
    line: 'devices holds',
    answers: {
      holds: [
        { holdId: 'h-1', path: `${disk}/0`, sessionId: sampleId(1), label: 'backup', pid: 12, endsAt: undefined },
      ],
    },
    calls: [['holds']],
    document: {
      holds: [{ holdId: 'h-1', path: `${disk}/0`, sessionId: sampleId(1), label: 'backup', pid: 12 }],
    },
    text: `HOLD  DEVICE                      LABEL   PID  ENDS
h-1   iqn.2026-11.example:disk/0  backup   12  never
`,
  },
  {
    line: `devices remove ${disk}/1 --force`,
    answers: {
      devices: [sampleDevice(0), sampleDevice(1)],
      removeDevice: { holders: [held], unknownWrites: [], flushErrors: [] },
    },
    calls: [
      ['devices', {}],
      ['removeDevice', { sessionId: sampleId(1), lun: 1, force: true }],
    ],
    document: { path: `${disk}/1`, sessionId: sampleId(1), holders: [held], unknownWrites: [], flushErrors: [] },
    text: `Removed the device ${disk}/1\n  by force: LUN 0 of ${disk} is held by nightly backup (pid 4712)\n`,
  },
  {
    line: 'persistent',
    answers: { persistentLogins: [samplePersistentLogin] },
    calls: [['persistentLogins']],
    document: { persistentLogins: [samplePersistentLogin] },
    text: `TARGET                    PORTAL  INITIATOR  STATE    SESSION  ATTEMPTS  NEXT                  TROUBLE
iqn.2026-11.example:disk  any     any        waiting  none            3  2026-11-21T18:00:08Z  Nobody listens at 192.0.2.10:3260 (ISCSI_CONNECT_FAILED)
`,
  },
  {
    line: `persistent add ${disk} --portal 192.0.2.10 --connections 2`,
    answers: { addPersistentLogin: { ...samplePersistentLogin, portal: { host: '192.0.2.10', port: 3260 } } },
    calls: [
      [
        'addPersistentLogin',
        { targetName: disk, portal: { host: '192.0.2.10', port: 3260 }, loginOptions: { connections: 2 } },
      ],
    ],
    text: `TARGET                    PORTAL           INITIATOR  STATE    SESSION  ATTEMPTS  NEXT                  TROUBLE
iqn.2026-11.example:disk  192.0.2.10:3260  any        waiting  none            3  2026-11-21T18:00:08Z  Nobody listens at 192.0.2.10:3260 (ISCSI_CONNECT_FAILED)
`,
  },
  {
    line: `persistent remove ${disk} --initiator-port 4294967295`,
    answers: { removePersistentLogin: { removed: 2 } },
    calls: [['removePersistentLogin', { targetName: disk, initiatorPort: 0xffffffff }]],
    text: `Removed 2 persistent logins to ${disk}\n`,
  },
  {
    line: 'persistent devices',
    answers: { persistentDevices: [{ path: `${disk}/0`, isPresent: false }] },
    calls: [['persistentDevices']],
    document: { persistentDevices: [{ path: `${disk}/0`, isPresent: false }] },
    text: `DEVICE                      STATE\niqn.2026-11.example:disk/0  missing\n`,
  },
  {
    line: 'persistent bind',
    answers: { bindPersistentDevices: [] },
    calls: [['bindPersistentDevices']],
    document: { persistentDevices: [] },
    text: 'No device is bound\n',
  },
  {
    line: `persistent bind ${disk}/0 ${disk}/1`,
    answers: { addPersistentDevice: ({ path }: { path: string }) => ({ path, isPresent: true }) },
    calls: [
      ['addPersistentDevice', { path: `${disk}/0` }],
      ['addPersistentDevice', { path: `${disk}/1` }],
    ],
    document: {
      persistentDevices: [
        { path: `${disk}/0`, isPresent: true },
        { path: `${disk}/1`, isPresent: true },
      ],
    },
    text: `DEVICE                      STATE\n${disk}/0  there\n${disk}/1  there\n`,
  },
  {
    line: `persistent unbind ${disk}/0`,
    answers: { removePersistentDevice: undefined },
    calls: [['removePersistentDevice', { path: `${disk}/0` }]],
    document: { removed: [{ path: `${disk}/0` }] },
    text: `${disk}/0 is bound no more\n`,
  },
  {
    line: 'persistent clear',
    answers: { clearPersistentDevices: undefined },
    calls: [['clearPersistentDevices']],
    document: { cleared: true },
    text: 'No device is bound any more\n',
  },
  {
    line: 'persistent wait --timeout 2',
    answers: { waitForPersistentDevices: undefined },
    calls: [['waitForPersistentDevices', { timeoutMs: 2000 }]],
    document: { areThere: true },
    text: 'All devices that are bound are there\n',
  },
];

suiteOfCommands('a command of sessions', cases);
