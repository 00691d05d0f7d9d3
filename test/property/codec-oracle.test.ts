// The fast codec against the table of RFC 7143 §11: every field of every PDU, in both directions, for any values.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../../src/base/index.ts';
import * as wire from '../../src/wire/index.ts';
import { type Field, layouts, type PduName, pduNames } from '../vectors/layout.ts';
import {
  definedBits,
  fieldMaximum,
  fieldsOf,
  headerLength,
  oracleDecode,
  oracleEncode,
  oracleName,
  type Values,
} from '../vectors/oracle.ts';
import { brokenRules, mend } from '../vectors/rules.ts';

type Decode = (bhs: Uint8Array) => wire.Pdu;
type Encode = (pdu: never, bhs: Uint8Array) => void;

/** The codec of each PDU by itself, besides the switch of decodePdu and encodePdu. */
const codecs: Readonly<Record<PduName, readonly [Decode, Encode]>> = {
  nopOut: [wire.decodeNopOut, wire.encodeNopOut],
  scsiCommand: [wire.decodeScsiCommand, wire.encodeScsiCommand],
  taskManagementRequest: [wire.decodeTaskManagementRequest, wire.encodeTaskManagementRequest],
  loginRequest: [wire.decodeLoginRequest, wire.encodeLoginRequest],
  textRequest: [wire.decodeTextRequest, wire.encodeTextRequest],
  dataOut: [wire.decodeDataOut, wire.encodeDataOut],
  logoutRequest: [wire.decodeLogoutRequest, wire.encodeLogoutRequest],
  snackRequest: [wire.decodeSnackRequest, wire.encodeSnackRequest],
  nopIn: [wire.decodeNopIn, wire.encodeNopIn],
  scsiResponse: [wire.decodeScsiResponse, wire.encodeScsiResponse],
  taskManagementResponse: [wire.decodeTaskManagementResponse, wire.encodeTaskManagementResponse],
  loginResponse: [wire.decodeLoginResponse, wire.encodeLoginResponse],
  textResponse: [wire.decodeTextResponse, wire.encodeTextResponse],
  dataIn: [wire.decodeDataIn, wire.encodeDataIn],
  logoutResponse: [wire.decodeLogoutResponse, wire.encodeLogoutResponse],
  r2t: [wire.decodeR2t, wire.encodeR2t],
  asyncMessage: [wire.decodeAsyncMessage, wire.encodeAsyncMessage],
  reject: [wire.decodeReject, wire.encodeReject],
};

/** Any value of a field, with the ends of its range more often than chance would have them. */
function anyValue(field: Field): fc.Arbitrary<Values[string]> {
  const word = (maximum: number): fc.Arbitrary<number> =>
    fc.oneof(
      fc.constantFrom(0, 1, maximum),
      fc.maxSafeNat().map((n) => n % (maximum + 1)),
    );
  switch (field.kind) {
    case 'flag':
      return fc.boolean();
    case 'lun':
      return fc.record({ high: word(0xffff_ffff), low: word(0xffff_ffff) }, { noNullPrototype: true });
    case 'bytes':
      return fc.uint8Array({ minLength: field.width, maxLength: field.width });
    case 'integer':
      return word(fieldMaximum(field));
  }
}

function anyValues(name: PduName): fc.Arbitrary<Values> {
  const model = Object.fromEntries(fieldsOf(name).map((field) => [field.name, anyValue(field)]));
  return fc.record(model, { noNullPrototype: true });
}

/** Values that no clause forbids. */
function legalValues(name: PduName): fc.Arbitrary<Values> {
  return anyValues(name).map((values) => mend(name, values));
}

function asPdu(name: PduName, values: Values): wire.Pdu {
  return { opcode: layouts[name].opcode, ...values } as unknown as wire.Pdu;
}

/** Compares by what is on the wire: a CDB may be any view of its bytes. */
function plain(pdu: object): Record<string, unknown> {
  const entries = Object.entries(pdu).map(([key, value]: [string, unknown]) => [
    key,
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function encode(pdu: wire.Pdu): Uint8Array {
  const bhs = new Uint8Array(headerLength);
  wire.encodePdu(pdu, bhs);
  return bhs;
}

for (const name of pduNames) {
  const { clause, opcode } = layouts[name];

  suite(`${clause} ${name}`, () => {
    test(`${clause} ${name}: encodes every field where the table has it, and nothing else`, () => {
      fc.assert(
        fc.property(legalValues(name), (values) => {
          const expected = oracleEncode(name, values);
          assert.deepEqual(encode(asPdu(name, values)), expected);
          const alone = new Uint8Array(headerLength);
          codecs[name][1](asPdu(name, values) as never, alone);
          assert.deepEqual(alone, expected);
        }),
      );
    });

    test(`${clause} ${name}: decodes every field from where the table has it`, () => {
      fc.assert(
        fc.property(legalValues(name), (values) => {
          const bhs = oracleEncode(name, values);
          assert.deepEqual(brokenRules(name, values, bhs), []);
          assert.deepEqual(oracleDecode(name, bhs), values);
          assert.deepEqual(plain(wire.decodePdu(bhs)), plain(asPdu(name, values)));
          assert.deepEqual(plain(codecs[name][0](bhs)), plain(asPdu(name, values)));
        }),
      );
    });

    test(`§11 ${name}: reserved bits are ignored on reception`, () => {
      const defined = definedBits(name);
      const noise = fc.uint8Array({ minLength: headerLength, maxLength: headerLength });
      fc.assert(
        fc.property(legalValues(name), noise, (values, reserved) => {
          const bhs = oracleEncode(name, values).map((byte, at) => byte | (reserved[at]! & ~defined[at]!));
          assert.deepEqual(plain(wire.decodePdu(bhs)), plain(asPdu(name, values)));
        }),
      );
    });

    test(`${clause} ${name}: any 48 bytes are decoded as the table says, or refused for a clause they break`, () => {
      const header = fc.uint8Array({ minLength: headerLength, maxLength: headerLength });
      fc.assert(
        fc.property(header, fc.boolean(), fc.nat(2), (bytes, hasFixedBits, lengths) => {
          const bhs = bytes.slice();
          bhs[0] = (bhs[0]! & 0xc0) | opcode;
          if (lengths < 2) bhs.fill(0, 4, 8);
          if (hasFixedBits) setFixed(name, bhs);
          const values = oracleDecode(name, bhs);
          assert.deepEqual(
            outcome(bhs, brokenRules(name, values, bhs)) ?? plain(asPdu(name, values)),
            plain(asPdu(name, values)),
          );
        }),
        { numRuns: 300 },
      );
    });
  });
}

/** What decoding gives, or undefined when it refuses a header that breaks a clause. */
function outcome(bhs: Uint8Array, broken: readonly string[]): Record<string, unknown> | undefined {
  try {
    return plain(wire.decodePdu(bhs));
  } catch (error) {
    assert.ok(error instanceof ProtocolError, String(error));
    assert.equal(error.code, 'ISCSI_BAD_FIELD');
    assert.notDeepEqual(broken, [], `refused without a broken clause: ${error.message}`);
    assert.equal(error.opcode, bhs[0]! & 0x3f);
    return undefined;
  }
}

function setFixed(name: PduName, bhs: Uint8Array): void {
  for (const { byte, width, mask, value } of layouts[name].fixed) {
    if (width === 1) bhs[byte] = (bhs[byte]! & ~mask) | value;
    else bhs.fill(0xff, byte, byte + width);
  }
}

test('§11.2.1.2: exactly the defined opcodes are decoded; all others are refused by code', () => {
  for (let code = 0; code < 64; code += 1) {
    const bhs = new Uint8Array(headerLength).fill(0xff, 1, 4);
    bhs[0] = code;
    const name = oracleName(bhs);
    if (name !== undefined) {
      const legal = oracleEncode(name, mend(name, oracleDecode(name, bhs)));
      assert.equal(wire.decodePdu(legal).opcode, code);
      continue;
    }
    const isBadOpcode = (error: unknown): boolean =>
      error instanceof ProtocolError && error.code === 'ISCSI_BAD_OPCODE' && error.opcode === code;
    assert.throws(() => wire.decodePdu(bhs), isBadOpcode, `opcode ${code}`);
  }
});

test('§11.2.1.5, §11.2.1.6: TotalAHSLength counts words in byte 4, DataSegmentLength bytes in bytes 5 to 7', () => {
  fc.assert(
    fc.property(fc.nat(255), fc.nat(0xff_ffff), (words, dataLength) => {
      const bhs = new Uint8Array(headerLength);
      wire.putSegmentLengths(bhs, words * 4, dataLength);
      const expected = new Uint8Array(headerLength);
      expected.set([words, Math.floor(dataLength / 65_536), Math.floor(dataLength / 256) % 256, dataLength % 256], 4);
      assert.deepEqual(bhs, expected);
      assert.equal(wire.totalAhsLength(bhs), words * 4);
      assert.equal(wire.dataSegmentLength(bhs), dataLength);
    }),
  );
});

test('§11.1: a segment is padded to the next whole word', () => {
  fc.assert(
    fc.property(fc.nat(0xff_ffff), (length) => {
      let padded = length;
      while (padded % 4 !== 0) padded += 1;
      assert.equal(wire.paddedLength(length), padded);
    }),
  );
});
