// Every constant of the folder against the RFC's tables, typed a second time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asyncEvent,
  bhsLength,
  digestLength,
  loginStage,
  loginStatus,
  loginStatusClass,
  logoutReason,
  logoutResponseCode,
  opcode,
  rejectReason,
  reservedTag,
  scsiResponseCode,
  snackType,
  taskAttribute,
  taskManagementFunction,
  taskManagementResponseCode,
} from '../../../src/wire/index.ts';

test('§11.2.1 BHS: 48 bytes, and a tag of 32 ones is reserved', () => {
  assert.equal(bhsLength, 48);
  assert.equal(reservedTag, 4294967295);
  assert.equal(digestLength, 4);
});

test('§11.2.1.2 Opcode: initiator opcodes', () => {
  assert.equal(opcode.nopOut, 0);
  assert.equal(opcode.scsiCommand, 1);
  assert.equal(opcode.taskManagementRequest, 2);
  assert.equal(opcode.loginRequest, 3);
  assert.equal(opcode.textRequest, 4);
  assert.equal(opcode.dataOut, 5);
  assert.equal(opcode.logoutRequest, 6);
  assert.equal(opcode.snackRequest, 16);
});

test('§11.2.1.2 Opcode: target opcodes, and no others', () => {
  assert.equal(opcode.nopIn, 32);
  assert.equal(opcode.scsiResponse, 33);
  assert.equal(opcode.taskManagementResponse, 34);
  assert.equal(opcode.loginResponse, 35);
  assert.equal(opcode.textResponse, 36);
  assert.equal(opcode.dataIn, 37);
  assert.equal(opcode.logoutResponse, 38);
  assert.equal(opcode.r2t, 49);
  assert.equal(opcode.asyncMessage, 50);
  assert.equal(opcode.reject, 63);
  assert.equal(Object.keys(opcode).length, 18);
});

test('§11.3.1 ATTR: untagged, simple, ordered, head of queue, ACA', () => {
  assert.deepStrictEqual(taskAttribute, { untagged: 0, simple: 1, ordered: 2, headOfQueue: 3, aca: 4 });
});

test('§11.4.3 Response: completed at target, target failure', () => {
  assert.deepStrictEqual(scsiResponseCode, { completedAtTarget: 0, targetFailure: 1 });
});

test('§11.5.1 Function: the eight task management functions', () => {
  assert.deepStrictEqual(taskManagementFunction, {
    abortTask: 1,
    abortTaskSet: 2,
    clearAca: 3,
    clearTaskSet: 4,
    logicalUnitReset: 5,
    targetWarmReset: 6,
    targetColdReset: 7,
    taskReassign: 8,
  });
});

test('§11.6.1 Response: the task management responses', () => {
  assert.deepStrictEqual(taskManagementResponseCode, {
    functionComplete: 0,
    taskDoesNotExist: 1,
    lunDoesNotExist: 2,
    taskStillAllegiant: 3,
    reassignmentNotSupported: 4,
    functionNotSupported: 5,
    functionAuthorizationFailed: 6,
    functionRejected: 255,
  });
});

test('§11.9.1 AsyncEvent: SCSI event, logout, drops, negotiation, task termination', () => {
  assert.deepStrictEqual(asyncEvent, {
    scsiAsyncEvent: 0,
    logoutRequest: 1,
    connectionDropNotification: 2,
    sessionDropNotification: 3,
    negotiationRequest: 4,
    taskTermination: 5,
  });
});

test('§11.12.3 CSG and NSG: stages 0, 1 and 3', () => {
  assert.deepStrictEqual(loginStage, {
    securityNegotiation: 0,
    loginOperationalNegotiation: 1,
    fullFeaturePhase: 3,
  });
});

test('§11.13.5 Status: the classes and the table of codes', () => {
  assert.deepStrictEqual(loginStatusClass, { success: 0, redirection: 1, initiatorError: 2, targetError: 3 });
  assert.deepStrictEqual(
    Object.entries(loginStatus).map(([name, status]) => `${status.toString(16).padStart(4, '0')} ${name}`),
    [
      '0000 success',
      '0101 targetMovedTemporarily',
      '0102 targetMovedPermanently',
      '0200 initiatorError',
      '0201 authenticationFailure',
      '0202 authorizationFailure',
      '0203 notFound',
      '0204 targetRemoved',
      '0205 unsupportedVersion',
      '0206 tooManyConnections',
      '0207 missingParameter',
      '0208 cannotIncludeInSession',
      '0209 sessionTypeNotSupported',
      '020a sessionDoesNotExist',
      '020b invalidDuringLogin',
      '0300 targetError',
      '0301 serviceUnavailable',
      '0302 outOfResources',
    ],
  );
});

test('§11.14.1 Reason Code: session, connection, recovery', () => {
  assert.deepStrictEqual(logoutReason, { closeSession: 0, closeConnection: 1, removeConnectionForRecovery: 2 });
});

test('§11.15.1 Response: the logout responses', () => {
  assert.deepStrictEqual(logoutResponseCode, {
    closedSuccessfully: 0,
    cidNotFound: 1,
    recoveryNotSupported: 2,
    cleanupFailed: 3,
  });
});

test('§11.16.1 Type: the four SNACKs', () => {
  assert.deepStrictEqual(snackType, { dataOrR2t: 0, status: 1, dataAck: 2, rData: 3 });
});

test('§11.17.1 Reason: the reject reasons', () => {
  assert.deepStrictEqual(rejectReason, {
    dataDigestError: 2,
    snackReject: 3,
    protocolError: 4,
    commandNotSupported: 5,
    immediateCommandReject: 6,
    taskInProgress: 7,
    invalidDataAck: 8,
    invalidPduField: 9,
    longOperationReject: 10,
    negotiationReset: 11,
    waitingForLogout: 12,
  });
});
