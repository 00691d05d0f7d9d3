// The values of RFC 4171, each typed from its clause, with the name and number that Wireshark 4.0 prints for it
// (`tshark -G values`), and messages byte by byte.

import type { Constant, ConstantTable } from './constants.ts';

function also(value: number, name: string, second: number): Constant {
  return { value, second: [name, second] };
}

function only(value: number): Constant {
  return { value };
}

export const functionIds: ConstantTable = {
  clause: '§4.1.3',
  values: {
    devAttrReg: also(0x0001, 'DevAttrReg', 1),
    devAttrQry: also(0x0002, 'DevAttrQry', 2),
    devGetNext: also(0x0003, 'DevGetNext', 3),
    devDereg: also(0x0004, 'DeregDev', 4),
    scnReg: also(0x0005, 'SCNReg', 5),
    scnDereg: also(0x0006, 'SCNDereg', 6),
    scnEvent: also(0x0007, 'SCNEvent', 7),
    scn: also(0x0008, 'SCN', 8),
    ddReg: also(0x0009, 'DDReg', 9),
    ddDereg: also(0x000a, 'DDDereg', 10),
    ddsReg: also(0x000b, 'DDSReg', 11),
    ddsDereg: also(0x000c, 'DDSDereg', 12),
    esi: also(0x000d, 'ESI', 13),
    heartbeat: also(0x000e, 'Heartbeat', 14),
  },
};

export const statusCodes: ConstantTable = {
  clause: '§5.4',
  values: {
    successful: also(0, 'No Error', 0),
    unknownError: also(1, 'Unknown Error', 1),
    messageFormatError: also(2, 'Message Format Error', 2),
    invalidRegistration: also(3, 'Invalid Registration', 3),
    invalidQuery: also(5, 'Invalid Query', 5),
    sourceUnknown: also(6, 'Source Unknown', 6),
    sourceAbsent: also(7, 'Source Absent', 7),
    sourceUnauthorized: also(8, 'Source Unauthorized', 8),
    noSuchEntry: also(9, 'No such Entry', 9),
    versionNotSupported: also(10, 'Version Not Supported', 10),
    internalError: also(11, 'Internal Error', 11),
    busy: also(12, 'Busy', 12),
    optionNotUnderstood: also(13, 'Option Not Understood', 13),
    invalidUpdate: also(14, 'Invalid Update', 14),
    messageNotSupported: also(15, 'Message (FUNCTION_ID) Not supported', 15),
    scnEventRejected: also(16, 'SCN Event Rejected', 16),
    scnRegistrationRejected: also(17, 'SCN Registration Rejected', 17),
    attributeNotImplemented: also(18, 'Attribute Not Implemented', 18),
    fcDomainIdNotAvailable: also(19, 'FC_DOMAIN_ID Not available', 19),
    fcDomainIdNotAllocated: also(20, 'FC_DOMAIN_ID not allocated', 20),
    esiNotAvailable: also(21, 'ESI Not Available', 21),
    invalidDeregistration: also(22, 'Invalid Deregistration', 22),
    registrationFeatureNotSupported: also(23, 'Registration Feature Not Supported', 23),
  },
};

export const tags: ConstantTable = {
  clause: '§6.1',
  values: {
    delimiter: also(0, 'Delimiter', 0),
    entityIdentifier: also(1, 'Entity Identifier (EID)', 1),
    entityProtocol: also(2, 'Entity Protocol', 2),
    managementIpAddress: also(3, 'Management IP Address', 3),
    timestamp: also(4, 'Timestamp', 4),
    protocolVersionRange: also(5, 'Protocol Version Range', 5),
    registrationPeriod: also(6, 'Registration Period', 6),
    entityIndex: also(7, 'Entity Index', 7),
    entityNextIndex: also(8, 'Entity Next Index', 8),
    portalIpAddress: also(16, 'Portal IP Address', 16),
    portalPort: also(17, 'Portal TCP/UDP Port', 17),
    portalSymbolicName: also(18, 'Portal Symbolic Name', 18),
    esiInterval: also(19, 'ESI Interval', 19),
    esiPort: also(20, 'ESI Port', 20),
    portalIndex: also(22, 'Portal Index', 22),
    scnPort: also(23, 'SCN Port', 23),
    portalNextIndex: also(24, 'Portal Next Index', 24),
    portalSecurityBitmap: also(27, 'Portal Security Bitmap', 27),
    iscsiName: also(32, 'iSCSI Name', 32),
    iscsiNodeType: also(33, 'iSCSI Node Type', 33),
    iscsiAlias: also(34, 'iSCSI Alias', 34),
    iscsiScnBitmap: also(35, 'iSCSI SCN Bitmap', 35),
    iscsiNodeIndex: also(36, 'iSCSI Node Index', 36),
    wwnnToken: also(37, 'WWNN Token', 37),
    iscsiNodeNextIndex: also(38, 'iSCSI Node Next Index', 38),
    iscsiAuthMethod: also(42, 'iSCSI AuthMethod', 42),
    pgIscsiName: also(48, 'PG iSCSI Name', 48),
    pgPortalIpAddress: also(49, 'PG Portal IP Addr', 49),
    pgPortalPort: also(50, 'PG Portal Port', 50),
    pgTag: also(51, 'Portal Group Tag', 51),
    pgIndex: also(52, 'PG Index', 52),
    pgNextIndex: also(53, 'PG Next Index', 53),
    ddSetId: also(2049, 'DD_Set ID', 2049),
    ddSetSymbolicName: also(2050, 'DD_Set Sym Name', 2050),
    ddSetStatus: also(2051, 'DD_Set Status', 2051),
    ddSetNextId: also(2052, 'DD_Set_Next_ID', 2052),
    ddId: also(2065, 'DD_ID', 2065),
    ddSymbolicName: also(2066, 'DD_Symbolic Name', 2066),
    ddMemberIscsiIndex: also(2067, 'DD_Member iSCSI Index', 2067),
    ddMemberIscsiName: also(2068, 'DD_Member iSCSI Name', 2068),
    ddMemberPortalIndex: also(2070, 'DD Member Portal Index', 2070),
    ddMemberPortalIpAddress: also(2071, 'DD_Member Portal IP Addr', 2071),
    ddMemberPortalPort: also(2072, 'DD Member Portal TCP/UDP', 2072),
    ddFeatures: also(2078, 'DD_Features', 2078),
    ddNextId: also(2079, 'DD_ID Next ID', 2079),
  },
};

export const entityProtocols: ConstantTable = {
  clause: '§6.2.2',
  values: { none: also(1, 'No Protocol', 1), iscsi: also(2, 'iSCSI', 2), ifcp: also(3, 'iFCP', 3) },
};

/** Bit 31 is the lowest. */
export const nodeTypes: ConstantTable = {
  clause: '§6.4.2',
  values: { target: only(2 ** (31 - 31)), initiator: only(2 ** (31 - 30)), control: only(2 ** (31 - 29)) },
};

export const scnBits: ConstantTable = {
  clause: '§6.4.4',
  values: {
    initiatorAndSelfOnly: only(2 ** (31 - 24)),
    targetAndSelfOnly: only(2 ** (31 - 25)),
    management: only(2 ** (31 - 26)),
    objectRemoved: only(2 ** (31 - 27)),
    objectAdded: only(2 ** (31 - 28)),
    objectUpdated: only(2 ** (31 - 29)),
    memberRemoved: only(2 ** (31 - 30)),
    memberAdded: only(2 ** (31 - 31)),
  },
};

/** A registration of `iqn.a:b` with portal 192.0.2.1, UDP port 4660, as its bytes from §5.1, §5.3 and §6. */
export const registrationBytes: string = [
  '0001 0001 00bc 9c00 0007 0000', // version 1, DevAttrReg, 188 bytes, client + replace + last + first, transaction 7
  '00000020 00000008 69716e2e613a6200', // source: iSCSI name
  '00000001 00000004 68310000', // key: entity h1
  '00000000 00000000', // delimiter
  '00000001 00000004 68310000', // entity h1
  '00000002 00000004 00000002', // protocol iSCSI
  '00000006 00000004 0000012c', // period 300 s
  '00000010 00000010 00000000000000000000ffffc0000201',
  '00000011 00000004 00011234', // bit 15: UDP
  '00000013 00000004 0000003c', // ESI interval 60 s
  '00000014 00000004 00011234', // ESI port
  '00000017 00000004 00011234', // SCN port
  '00000020 00000008 69716e2e613a6200',
  '00000021 00000004 00000002', // initiator
  '00000022 00000008 c3a4626300000000', // alias äbc
]
  .join('')
  .replaceAll(' ', '');

/** What isnsd (open-isns 0.101) sent to us, as captured from the wire. It marks its own notices as a client's. */
export const fromIsnsd: Readonly<Record<'registered' | 'targets' | 'scn' | 'esi', string>> = {
  registered: [
    '0001800101004c000001000000000000000000010000001c69716e2e323032362d31312e6861777365722e746573743a',
    '6d6500000000000000000000000000010000001c69716e2e323032362d31312e6861777365722e746573743a6d650000',
    '000000020000000400000002000000060000000400000e10000000100000001000000000000000000000ffff7f000001',
    '00000011000000040000945f00000013000000040000000100000014000000040000945f00000017000000040000945f',
    '000000160000000400000002000000200000001c69716e2e323032362d31312e6861777365722e746573743a6d650000',
    '00000021000000040000000200000022000000086861777365720000',
  ].join(''),
  targets: [
    '00018002013c4c00000400000000000000000020000000000000000000000000000000200000001c69716e2e32303236',
    '2d31312e6861777365722e746573743a6d65000000000021000000040000000200000022000000086861777365720000',
    '000000300000001c69716e2e323032362d31312e6861777365722e746573743a6d650000000000310000001000000000',
    '000000000000ffff7f00000100000032000000040000945f000000330000000400000001000000200000001c69716e2e',
    '323032362d31312e6861777365722e746573743a6f6e6500000000210000000400000001000000220000000866697273',
    '74000000000000300000001c69716e2e323032362d31312e6861777365722e746573743a6f6e65000000003100000010',
    '000000000000000000000000c0000201000000320000000400000cbc000000330000000400000001',
  ].join(''),
  scn: [
    '0001000800648c0000010000000000200000001c69716e2e323032362d31312e6861777365722e746573743a6d650000',
    '0000000400000008000000006b01ee0500000023000000040000000c000000200000001c69716e2e323032362d31312e',
    '6861777365722e746573743a6f6e6500',
  ].join(''),
  esi: [
    '0001000d00588c00000200000000000400000008000000006b01ee06000000010000001c69716e2e323032362d31312e',
    '6861777365722e746573743a6d650000000000100000001000000000000000000000ffff7f0000010000001100000004',
    '0000945f',
  ].join(''),
};
