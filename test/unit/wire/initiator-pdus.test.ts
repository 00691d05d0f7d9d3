// The headers that an initiator sends, byte for byte as RFC 7143 §11 pictures them.

import {
  decodeDataOut,
  decodeLoginRequest,
  decodeLogoutRequest,
  decodeNopOut,
  decodeScsiCommand,
  decodeSnackRequest,
  decodeTaskManagementRequest,
  decodeTextRequest,
  encodeDataOut,
  encodeLoginRequest,
  encodeLogoutRequest,
  encodeNopOut,
  encodeScsiCommand,
  encodeSnackRequest,
  encodeTaskManagementRequest,
  encodeTextRequest,
} from '../../../src/wire/index.ts';
import { testCodec } from './codec-case.ts';
import { hex } from './hex.ts';

const lun = { high: 0x01020304, low: 0x05060708 };

testCodec(
  {
    name: '§11.18 NOP-Out',
    bytes: `40800000 00000000 01020304 05060708 11121314 21222324
            31323334 41424344 00000000 00000000 00000000 00000000`,
    reserved: `807fffff 00000000 00000000 00000000 00000000 00000000
               00000000 00000000 ffffffff ffffffff ffffffff ffffffff`,
    pdu: {
      opcode: 0x00,
      isImmediate: true,
      lun,
      initiatorTaskTag: 0x11121314,
      targetTransferTag: 0x21222324,
      cmdSn: 0x31323334,
      expStatSn: 0x41424344,
    },
  },
  decodeNopOut,
  encodeNopOut,
);

testCodec(
  {
    name: '§11.3 SCSI Command',
    bytes: `41c10000 00000000 01020304 05060708 f1f2f3f4 80818283
            31323334 41424344 28000000 00020000 0800aabb ccddeeff`,
    reserved: `8018ffff 00000000 00000000 00000000 00000000 00000000
               00000000 00000000 00000000 00000000 00000000 00000000`,
    pdu: {
      opcode: 0x01,
      isImmediate: true,
      isFinal: true,
      isRead: true,
      isWrite: false,
      taskAttribute: 1,
      lun,
      initiatorTaskTag: 0xf1f2f3f4,
      expectedDataTransferLength: 0x80818283,
      cmdSn: 0x31323334,
      expStatSn: 0x41424344,
      cdb: hex('28000000 00020000 0800aabb ccddeeff'),
    },
  },
  decodeScsiCommand,
  encodeScsiCommand,
);

testCodec(
  {
    name: '§11.5 Task Management Function Request',
    bytes: `42810000 00000000 01020304 05060708 11121314 21222324
            31323334 41424344 51525354 61626364 00000000 00000000`,
    reserved: `8000ffff 00000000 00000000 00000000 00000000 00000000
               00000000 00000000 00000000 00000000 ffffffff ffffffff`,
    pdu: {
      opcode: 0x02,
      isImmediate: true,
      function: 1,
      lun,
      initiatorTaskTag: 0x11121314,
      referencedTaskTag: 0x21222324,
      cmdSn: 0x31323334,
      expStatSn: 0x41424344,
      refCmdSn: 0x51525354,
      expDataSn: 0x61626364,
    },
  },
  decodeTaskManagementRequest,
  encodeTaskManagementRequest,
);

testCodec(
  {
    name: '§11.12 Login Request',
    bytes: `43870201 00000000 80123456 789a0b0c 11121314 d1d20000
            31323334 41424344 00000000 00000000 00000000 00000000`,
    reserved: `80300000 00000000 00000000 00000000 00000000 0000ffff
               00000000 00000000 ffffffff ffffffff ffffffff ffffffff`,
    pdu: {
      opcode: 0x03,
      isTransit: true,
      isContinue: false,
      currentStage: 1,
      nextStage: 3,
      versionMax: 2,
      versionMin: 1,
      isid: 0x80123456789a,
      tsih: 0x0b0c,
      initiatorTaskTag: 0x11121314,
      cid: 0xd1d2,
      cmdSn: 0x31323334,
      expStatSn: 0x41424344,
    },
  },
  decodeLoginRequest,
  encodeLoginRequest,
);

testCodec(
  {
    name: '§11.10 Text Request',
    bytes: `04400000 00000000 01020304 05060708 11121314 21222324
            31323334 41424344 00000000 00000000 00000000 00000000`,
    reserved: `803fffff 00000000 00000000 00000000 00000000 00000000
               00000000 00000000 ffffffff ffffffff ffffffff ffffffff`,
    pdu: {
      opcode: 0x04,
      isImmediate: false,
      isFinal: false,
      isContinue: true,
      lun,
      initiatorTaskTag: 0x11121314,
      targetTransferTag: 0x21222324,
      cmdSn: 0x31323334,
      expStatSn: 0x41424344,
    },
  },
  decodeTextRequest,
  encodeTextRequest,
);

testCodec(
  {
    name: '§11.7 SCSI Data-Out',
    bytes: `05800000 00000000 01020304 05060708 11121314 21222324
            00000000 41424344 00000000 51525354 61626364 00000000`,
    reserved: `c07fffff 00000000 00000000 00000000 00000000 00000000
               ffffffff 00000000 ffffffff 00000000 00000000 ffffffff`,
    pdu: {
      opcode: 0x05,
      isFinal: true,
      lun,
      initiatorTaskTag: 0x11121314,
      targetTransferTag: 0x21222324,
      expStatSn: 0x41424344,
      dataSn: 0x51525354,
      bufferOffset: 0x61626364,
    },
  },
  decodeDataOut,
  encodeDataOut,
);

testCodec(
  {
    name: '§11.14 Logout Request',
    bytes: `46810000 00000000 00000000 00000000 11121314 d1d20000
            31323334 41424344 00000000 00000000 00000000 00000000`,
    reserved: `8000ffff 00000000 ffffffff ffffffff 00000000 0000ffff
               00000000 00000000 ffffffff ffffffff ffffffff ffffffff`,
    pdu: {
      opcode: 0x06,
      isImmediate: true,
      reason: 1,
      initiatorTaskTag: 0x11121314,
      cid: 0xd1d2,
      cmdSn: 0x31323334,
      expStatSn: 0x41424344,
    },
  },
  decodeLogoutRequest,
  encodeLogoutRequest,
);

testCodec(
  {
    name: '§11.16 SNACK Request',
    bytes: `10830000 00000000 01020304 05060708 11121314 21222324
            00000000 41424344 00000000 00000000 51525354 61626364`,
    reserved: `c070ffff 00000000 00000000 00000000 00000000 00000000
               ffffffff 00000000 ffffffff ffffffff 00000000 00000000`,
    pdu: {
      opcode: 0x10,
      type: 3,
      lun,
      initiatorTaskTag: 0x11121314,
      targetTransferTag: 0x21222324,
      expStatSn: 0x41424344,
      begRun: 0x51525354,
      runLength: 0x61626364,
    },
  },
  decodeSnackRequest,
  encodeSnackRequest,
);
