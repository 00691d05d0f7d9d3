// Sense data, names, and the errors made of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as scsi from '../../../src/scsi/index.ts';

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

test('SPC-4 §4.5: sense data cut off behind the key still give the key', () => {
  for (const hex of ['70 00 03 00', '70 00 03 00 00 00 00 0a', '70 00 03 00 00 00 00 00']) {
    const sense = scsi.decodeSense(bytesOf(hex));
    assert.deepEqual([sense.senseKey, sense.asc, sense.ascq], [3, 0, 0], hex);
  }
  const descriptor = scsi.decodeSense(bytesOf('72 05 24 00'));
  assert.deepEqual([descriptor.senseKey, descriptor.asc], [5, 0x24]);
});

test('SPC-4 §4.5: bytes behind the additional sense length do not count', () => {
  const sense = scsi.decodeSense(bytesOf('70 00 05 00 00 00 00 04 00 00 00 00 24 01 00 c0 00 02'));
  assert.deepEqual([sense.asc, sense.senseKeySpecific], [0, undefined]);
});

test('SPC-4 §4.5: response codes other than 70h to 73h are refused', () => {
  for (const hex of ['7f 00 00 00', '00 00 00 00', '74 00 00 00']) {
    assert.throws(() => scsi.decodeSense(bytesOf(hex)), { code: 'SCSI_BAD_DATA' });
  }
});

test('SPC-4 §4.5: descriptors without their VALID bit or too short tell nothing, one cut off ends the list', () => {
  const values = (hex: string): unknown => scsi.decodeSense(bytesOf(hex)).information;
  assert.equal(values('72 03 11 00 00 00 00 0c 00 0a 00 00 00 00 00 00 00 00 00 07'), undefined);
  assert.equal(values('72 03 11 00 00 00 00 04 00 02 80 00'), undefined);
  assert.equal(values('72 03 11 00 00 00 00 0c 00 0a 80 00 00 00 00 00 00 00 00'), undefined);
  assert.equal(values(`72 03 11 00 00 00 00 1e 0d 1c 00 00 80 00 03 05 ${'00'.repeat(22)}`), undefined);
});

test('SPC-4 §4.5 fixed format: values of more than 32 bits are left out', () => {
  const sense = scsi.makeSense(3, 0x1100, { information: 2 ** 32, commandSpecificInformation: 2 ** 32 });
  assert.equal(Buffer.from(scsi.encodeSense(sense)).toString('hex'), '70000300000000' + '0a00000000' + '110000000000');
});

test('SPC-4 §4.5 field pointer: byte and bit are where the device says', () => {
  assert.deepEqual(scsi.decodeFieldPointer(0x4d_0002), { isInCdb: true, byte: 2, bit: 5 });
  assert.deepEqual(scsi.decodeFieldPointer(0x00_0107), { isInCdb: false, byte: 0x107, bit: undefined });
  assert.equal(scsi.encodeFieldPointer({ isInCdb: true, byte: 2, bit: 5 }), 0x4d_0002);
  assert.equal(scsi.encodeFieldPointer({ isInCdb: false, byte: 0x107, bit: undefined }), 0x107);
});

test('sense data come back from either format as they went in', () => {
  const optional = (max: number): fc.Arbitrary<number | undefined> =>
    fc.option(fc.integer({ min: 1, max }), { nil: undefined });
  const sense = fc.record({
    format: fc.constantFrom('fixed' as const, 'descriptor' as const),
    isDeferred: fc.boolean(),
    senseKey: fc.integer({ min: 0, max: 15 }),
    asc: fc.integer({ min: 0, max: 255 }),
    ascq: fc.integer({ min: 0, max: 255 }),
    information: optional(0xffff_ffff),
    commandSpecificInformation: optional(0xffff_ffff),
    fieldReplaceableUnitCode: optional(255),
    senseKeySpecific: optional(0x7f_ffff),
  });
  fc.assert(
    fc.property(sense, (value) => {
      assert.deepEqual(scsi.decodeSense(scsi.encodeSense(value)), { ...value });
    }),
  );
});

test('names: statuses, sense keys, commands and additional sense', () => {
  assert.equal(scsi.scsiStatusName(0x28), 'TASK SET FULL');
  assert.equal(scsi.scsiStatusName(0xfe), 'status FEh');
  assert.equal(scsi.senseKeyName(0x0b), 'ABORTED COMMAND');
  assert.equal(scsi.senseKeyName(0x0c), 'RESERVED');
  assert.equal(scsi.commandName(bytesOf('28 00')), 'READ(10)');
  assert.equal(scsi.commandName(bytesOf('9e 12')), 'GET LBA STATUS(16)');
  assert.equal(scsi.commandName(bytesOf('9e 1f')), 'SERVICE ACTION IN(16)');
  assert.equal(scsi.commandName(bytesOf('7f 00 00 00 00 00 00 18 00 0b')), 'WRITE(32)');
  assert.equal(scsi.commandName(bytesOf('7f')), 'opcode 7Fh');
  assert.equal(scsi.commandName(bytesOf('c1')), 'opcode C1h');
  assert.equal(scsi.commandName(new Uint8Array(0)), 'empty CDB');
  assert.equal(scsi.additionalSenseName(0x27, 0x00), 'WRITE PROTECTED');
  assert.equal(scsi.additionalSenseName(0x40, 0x85), 'DIAGNOSTIC FAILURE ON COMPONENT 85h');
  assert.equal(scsi.additionalSenseName(0x4d, 0x01), 'TAGGED OVERLAPPED COMMANDS (TASK TAG 01h)');
  assert.equal(scsi.additionalSenseName(0x80, 0x01), 'ASC 80h ASCQ 01h');
  assert.ok(scsi.additionalSenseNames().size > 400);
});

test('SPC-4 OPERATION CODE: the group code gives the length', () => {
  const lengths = [0x12, 0x28, 0x42, 0x7f, 0x88, 0xa0, 0xc0].map((opcode) => scsi.cdbLength(opcode));
  assert.deepEqual(lengths, [6, 10, 10, undefined, 16, 12, undefined]);
});

test('a failure names command, status, sense and information, and carries them', () => {
  const sense = scsi.encodeSense(scsi.makeSense(scsi.senseKey.mediumError, 0x1100, { information: 77 }));
  const error = scsi.scsiFailure('READ(10) of LUN 0', scsi.scsiStatus.checkCondition, sense, 'none');
  assert.equal(
    error.message,
    'READ(10) of LUN 0 ended with CHECK CONDITION: MEDIUM ERROR, UNRECOVERED READ ERROR, information 77',
  );
  assert.deepEqual(
    [error.code, error.status, error.senseKey, error.asc, error.ascq, error.information, error.isRetryable],
    ['SCSI_CHECK_CONDITION', 2, 3, 0x11, 0, 77, false],
  );
  assert.equal(error.sense, sense);
});

test('deferred sense data say so, and information is shown only when valid', () => {
  const sense = scsi.makeSense(scsi.senseKey.hardwareError, 0x4400, { isDeferred: true });
  assert.equal(scsi.formatSense(sense), 'deferred HARDWARE ERROR, INTERNAL TARGET FAILURE');
});

test('a failure without readable sense data is still a failure', () => {
  for (const sense of [undefined, new Uint8Array(0), bytesOf('7f 00 00 00')]) {
    const error = scsi.scsiFailure('WRITE(10)', 0x02, sense, 'unknown');
    assert.deepEqual([error.code, error.senseKey, error.effect], ['SCSI_CHECK_CONDITION', undefined, 'unknown']);
  }
});

test('the code of a failure follows status and sense', () => {
  const codeOf = (status: number, key?: number, code = 0): string =>
    scsi.scsiFailure('x', status, key === undefined ? undefined : scsi.encodeSense(scsi.makeSense(key, code)), 'none')
      .code;
  assert.equal(codeOf(0x08), 'SCSI_BUSY');
  assert.equal(codeOf(0x28), 'SCSI_TASK_SET_FULL');
  assert.equal(codeOf(0x18), 'SCSI_RESERVATION_CONFLICT');
  assert.equal(codeOf(0x40), 'SCSI_TASK_ABORTED');
  assert.equal(codeOf(0x02, 0x0e, 0x1d00), 'SCSI_MISCOMPARE');
  assert.equal(codeOf(0x02, 0x05, 0x2000), 'SCSI_UNSUPPORTED');
  assert.equal(codeOf(0x02, 0x05, 0x2400), 'SCSI_CHECK_CONDITION');
});

test('what a status proves of the medium', () => {
  const effect = (key: number, code = 0, more = {}): string =>
    scsi.effectOfStatus(0x02, scsi.makeSense(key, code, more));
  for (const status of [0x08, 0x18, 0x28, 0x30]) assert.equal(scsi.effectOfStatus(status, undefined), 'none');
  for (const status of [0x02, 0x40, 0xfe]) assert.equal(scsi.effectOfStatus(status, undefined), 'unknown');
  for (const key of [0x05, 0x06, 0x07]) assert.equal(effect(key), 'none');
  for (const key of [0x00, 0x01, 0x02, 0x03, 0x04, 0x0b]) assert.equal(effect(key), 'unknown');
  assert.equal(effect(0x05, 0x2400, { isDeferred: true }), 'unknown');
  assert.equal(effect(0x07, 0x2707), 'unknown');
});
