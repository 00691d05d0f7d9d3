// The headers that a target sends, byte for byte as RFC 7143 §11 pictures them.

import {
  decodeAsyncMessage,
  decodeDataIn,
  decodeLoginResponse,
  decodeLogoutResponse,
  decodeNopIn,
  decodeR2t,
  decodeReject,
  decodeScsiResponse,
  decodeTaskManagementResponse,
  decodeTextResponse,
  encodeAsyncMessage,
  encodeDataIn,
  encodeLoginResponse,
  encodeLogoutResponse,
  encodeNopIn,
  encodeR2t,
  encodeReject,
  encodeScsiResponse,
  encodeTaskManagementResponse,
  encodeTextResponse,
} from '../../../src/wire/index.ts';
import { testCodec } from './codec-case.ts';

const lun = { high: 0x01020304, low: 0x05060708 };

testCodec(
  {
    name: '§11.19 NOP-In',
    bytes: `20800000 00000000 01020304 05060708 11121314 21222324
            31323334 41424344 51525354 00000000 00000000 00000000`,
    reserved: `c07fffff 00000000 00000000 00000000 00000000 00000000
               00000000 00000000 00000000 ffffffff ffffffff ffffffff`,
    pdu: {
      opcode: 0x20,
      lun,
      initiatorTaskTag: 0x11121314,
      targetTransferTag: 0x21222324,
      statSn: 0x31323334,
      expCmdSn: 0x41424344,
      maxCmdSn: 0x51525354,
    },
  },
  decodeNopIn,
  encodeNopIn,
);

testCodec(
  {
    name: '§11.4 SCSI Response',
    bytes: `21920002 00000000 00000000 00000000 11121314 21222324
            31323334 41424344 51525354 61626364 71727374 81828384`,
    reserved: `c0610000 00000000 ffffffff ffffffff 00000000 00000000
               00000000 00000000 00000000 00000000 00000000 00000000`,
    pdu: {
      opcode: 0x21,
      isBidiOverflow: true,
      isBidiUnderflow: false,
      isOverflow: false,
      isUnderflow: true,
      response: 0,
      status: 2,
      initiatorTaskTag: 0x11121314,
      snackTag: 0x21222324,
      statSn: 0x31323334,
      expCmdSn: 0x41424344,
      maxCmdSn: 0x51525354,
      expDataSn: 0x61626364,
      bidiReadResidualCount: 0x71727374,
      residualCount: 0x81828384,
    },
  },
  decodeScsiResponse,
  encodeScsiResponse,
);

testCodec(
  {
    name: '§11.6 Task Management Function Response',
    bytes: `2280ff00 00000000 00000000 00000000 11121314 00000000
            31323334 41424344 51525354 00000000 00000000 00000000`,
    reserved: `c07f00ff 00000000 ffffffff ffffffff 00000000 ffffffff
               00000000 00000000 00000000 ffffffff ffffffff ffffffff`,
    pdu: {
      opcode: 0x22,
      response: 255,
      initiatorTaskTag: 0x11121314,
      statSn: 0x31323334,
      expCmdSn: 0x41424344,
      maxCmdSn: 0x51525354,
    },
  },
  decodeTaskManagementResponse,
  encodeTaskManagementResponse,
);

testCodec(
  {
    name: '§11.13 Login Response',
    bytes: `23870201 00000000 80123456 789a0b0c 11121314 00000000
            31323334 41424344 51525354 00050000 00000000 00000000`,
    reserved: `c0300000 00000000 00000000 00000000 00000000 ffffffff
               00000000 00000000 00000000 0000ffff ffffffff ffffffff`,
    pdu: {
      opcode: 0x23,
      isTransit: true,
      isContinue: false,
      currentStage: 1,
      nextStage: 3,
      versionMax: 2,
      versionActive: 1,
      isid: 0x80123456789a,
      tsih: 0x0b0c,
      initiatorTaskTag: 0x11121314,
      statSn: 0x31323334,
      expCmdSn: 0x41424344,
      maxCmdSn: 0x51525354,
      statusClass: 0,
      statusDetail: 5,
    },
  },
  decodeLoginResponse,
  encodeLoginResponse,
);

testCodec(
  {
    name: '§11.13.5 Login Response that redirects',
    bytes: `23000000 00000000 80123456 789a0000 11121314 00000000
            00000000 00000000 00000000 01020000 00000000 00000000`,
    reserved: `c0300000 00000000 00000000 00000000 00000000 ffffffff
               00000000 00000000 00000000 0000ffff ffffffff ffffffff`,
    pdu: {
      opcode: 0x23,
      isTransit: false,
      isContinue: false,
      currentStage: 0,
      nextStage: 0,
      versionMax: 0,
      versionActive: 0,
      isid: 0x80123456789a,
      tsih: 0,
      initiatorTaskTag: 0x11121314,
      statSn: 0,
      expCmdSn: 0,
      maxCmdSn: 0,
      statusClass: 1,
      statusDetail: 2,
    },
  },
  decodeLoginResponse,
  encodeLoginResponse,
);

testCodec(
  {
    name: '§11.11 Text Response',
    bytes: `24400000 00000000 01020304 05060708 11121314 21222324
            31323334 41424344 51525354 00000000 00000000 00000000`,
    reserved: `c03fffff 00000000 00000000 00000000 00000000 00000000
               00000000 00000000 00000000 ffffffff ffffffff ffffffff`,
    pdu: {
      opcode: 0x24,
      isFinal: false,
      isContinue: true,
      lun,
      initiatorTaskTag: 0x11121314,
      targetTransferTag: 0x21222324,
      statSn: 0x31323334,
      expCmdSn: 0x41424344,
      maxCmdSn: 0x51525354,
    },
  },
  decodeTextResponse,
  encodeTextResponse,
);

testCodec(
  {
    name: '§11.7 SCSI Data-In',
    bytes: `25c30004 00000000 01020304 05060708 11121314 21222324
            31323334 41424344 51525354 61626364 71727374 81828384`,
    reserved: `c038ff00 00000000 00000000 00000000 00000000 00000000
               00000000 00000000 00000000 00000000 00000000 00000000`,
    pdu: {
      opcode: 0x25,
      isFinal: true,
      isAcknowledge: true,
      isOverflow: false,
      isUnderflow: true,
      hasStatus: true,
      status: 4,
      lun,
      initiatorTaskTag: 0x11121314,
      targetTransferTag: 0x21222324,
      statSn: 0x31323334,
      expCmdSn: 0x41424344,
      maxCmdSn: 0x51525354,
      dataSn: 0x61626364,
      bufferOffset: 0x71727374,
      residualCount: 0x81828384,
    },
  },
  decodeDataIn,
  encodeDataIn,
);

testCodec(
  {
    name: '§11.15 Logout Response',
    bytes: `26800100 00000000 00000000 00000000 11121314 00000000
            31323334 41424344 51525354 00000000 0102f3f4 00000000`,
    reserved: `c07f00ff 00000000 ffffffff ffffffff 00000000 ffffffff
               00000000 00000000 00000000 ffffffff 00000000 ffffffff`,
    pdu: {
      opcode: 0x26,
      response: 1,
      initiatorTaskTag: 0x11121314,
      statSn: 0x31323334,
      expCmdSn: 0x41424344,
      maxCmdSn: 0x51525354,
      time2Wait: 0x0102,
      time2Retain: 0xf3f4,
    },
  },
  decodeLogoutResponse,
  encodeLogoutResponse,
);

testCodec(
  {
    name: '§11.8 R2T',
    bytes: `31800000 00000000 01020304 05060708 11121314 21222324
            31323334 41424344 51525354 61626364 71727374 81828384`,
    reserved: `c07fffff 00000000 00000000 00000000 00000000 00000000
               00000000 00000000 00000000 00000000 00000000 00000000`,
    pdu: {
      opcode: 0x31,
      lun,
      initiatorTaskTag: 0x11121314,
      targetTransferTag: 0x21222324,
      statSn: 0x31323334,
      expCmdSn: 0x41424344,
      maxCmdSn: 0x51525354,
      r2tSn: 0x61626364,
      bufferOffset: 0x71727374,
      desiredDataTransferLength: 0x81828384,
    },
  },
  decodeR2t,
  encodeR2t,
);

testCodec(
  {
    name: '§11.9 Asynchronous Message',
    bytes: `32800000 00000000 01020304 05060708 ffffffff 00000000
            31323334 41424344 51525354 02a1b1b2 c1c2d1d2 00000000`,
    reserved: `c07fffff 00000000 00000000 00000000 00000000 ffffffff
               00000000 00000000 00000000 00000000 00000000 ffffffff`,
    pdu: {
      opcode: 0x32,
      lun,
      statSn: 0x31323334,
      expCmdSn: 0x41424344,
      maxCmdSn: 0x51525354,
      asyncEvent: 2,
      asyncVCode: 0xa1,
      parameter1: 0xb1b2,
      parameter2: 0xc1c2,
      parameter3: 0xd1d2,
    },
  },
  decodeAsyncMessage,
  encodeAsyncMessage,
);

testCodec(
  {
    name: '§11.17 Reject',
    bytes: `3f800900 00000000 00000000 00000000 ffffffff 00000000
            31323334 41424344 51525354 61626364 00000000 00000000`,
    reserved: `c07f00ff 00000000 ffffffff ffffffff 00000000 ffffffff
               00000000 00000000 00000000 00000000 ffffffff ffffffff`,
    pdu: {
      opcode: 0x3f,
      reason: 9,
      statSn: 0x31323334,
      expCmdSn: 0x41424344,
      maxCmdSn: 0x51525354,
      dataSn: 0x61626364,
    },
  },
  decodeReject,
  encodeReject,
);
