// The bytes of iSNS: constants, attributes, PDUs, and what is refused.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  decodeAttributes,
  encodeAttributes,
  encodeMessage,
  encodeRequest,
  entityProtocol,
  fromPortValue,
  functionId,
  functionName,
  type IsnsMessage,
  isnsStatus,
  isnsTag,
  MessageAssembler,
  nodeType,
  registrationRequest,
  scnBit,
  statusName,
} from '../../../../src/discovery/isns/index.ts';
import { formatIpAddress, parseIpAddress } from '../../../../src/discovery/isns/ip-address.ts';
import * as vectors from '../../../vectors/isns.ts';

const tables = [
  ['functionId', functionId, vectors.functionIds],
  ['isnsStatus', isnsStatus, vectors.statusCodes],
  ['tag', isnsTag, vectors.tags],
  ['entityProtocol', entityProtocol, vectors.entityProtocols],
  ['nodeType', nodeType, vectors.nodeTypes],
  ['scnBit', scnBit, vectors.scnBits],
] as const;

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function assemble(bytes: Uint8Array, longest = 1 << 20): IsnsMessage[] {
  const messages: IsnsMessage[] = [];
  new MessageAssembler((message) => messages.push(message), longest).push(bytes);
  return messages;
}

function refuses(title: string, run: () => unknown, what: RegExp): void {
  test(title, () => {
    assert.throws(run, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'ISNS_BAD_ANSWER');
      assert.match(error.message, what);
      return true;
    });
  });
}

suite('RFC 4171 constants', () => {
  for (const [name, actual, table] of tables) {
    test(`RFC 4171 ${table.clause} ${name}: every value is the one in the clause, and none is missing or added`, () => {
      const expected = Object.entries(table.values).map(([key, { value }]) => [key, value]);
      assert.deepEqual(actual, Object.fromEntries(expected));
      for (const [key, { value, second }] of Object.entries(table.values)) {
        if (second !== undefined) assert.equal(second[1], value, `${key} and ${second[0]}`);
      }
    });
  }

  test('RFC 4171 §4.1.3 and §5.4 have words for what they number', () => {
    assert.equal(functionName(0x8005), 'SCNRegRsp');
    assert.equal(functionName(0x0100), 'function 0x0100');
    assert.equal(statusName(17), 'SCN Registration Rejected');
    assert.equal(statusName(99), 'status 99');
  });
});

suite('iSNS messages', () => {
  test('RFC 4171 §5.1, §5.3, §6: a registration has exactly these bytes', () => {
    const request = registrationRequest({
      nodeName: 'iqn.a:b',
      alias: 'äbc',
      entity: 'h1',
      portal: { address: '192.0.2.1', port: 0x1234, protocol: 'udp' },
      statusInquirySeconds: 60,
      periodSeconds: 300,
      replaces: true,
    });
    const message = { ...request, transactionId: 7, sender: 'client', payload: encodeRequest(request) } as const;
    assert.equal(Buffer.from(encodeMessage(message)).toString('hex'), vectors.registrationBytes);
  });

  test('RFC 4171 §5.2: a message in several PDUs has one first and one last, numbered from 0', () => {
    const payload = hex('00000001 00000002 00000003');
    const message = { functionId: 0x8002, transactionId: 0xffff, sender: 'server', replaces: false, payload } as const;
    const bytes = encodeMessage(message, 4);
    const expected = [
      '0001 8002 0004 4400 ffff 0000 00000001',
      '0001 8002 0004 4000 ffff 0001 00000002',
      '0001 8002 0004 4800 ffff 0002 00000003',
    ];
    assert.deepEqual(bytes, hex(expected.join('')));
    assert.deepEqual(
      assemble(bytes).map((each) => ({ ...each, payload: Uint8Array.from(each.payload) })),
      [message],
    );
  });

  test('RFC 4171 §5.1.6: a message has no more PDUs than there are sequence ids', () => {
    const payload = new Uint8Array(0x1_0001 * 4);
    const message = { functionId: 1, transactionId: 1, sender: 'client', replaces: false, payload } as const;
    assert.throws(() => encodeMessage(message, 4), { code: 'ISCSI_BAD_ARGUMENT' });
  });

  test('RFC 4171 §5.2: PDUs of two messages may come mixed, and an empty payload is a message', () => {
    const mixed = [
      '0001 8002 0004 4400 0001 0000 00000000',
      '0001 8001 0000 4c00 0002 0000',
      '0001 8002 0000 4800 0001 0001',
    ];
    const seen = assemble(hex(mixed.join('')));
    assert.deepEqual(
      seen.map(({ transactionId, payload }) => [transactionId, payload.length]),
      [
        [2, 0],
        [1, 4],
      ],
    );
  });

  refuses('§5.1.1 another version is refused', () => assemble(hex('0002 8001 0000 4c00 0001 0000')), /version 2/);
  refuses(
    '§5.1.3 a length that is no multiple of 4 is refused',
    () => assemble(hex('0001 8001 0003 4c00 0001 0000')),
    /3 bytes/,
  );
  refuses('§5.5 a signed message is refused', () => assemble(hex('0001 8001 0000 6c00 0001 0000')), /signed/);
  refuses(
    '§5.2 a PDU without a first one is refused',
    () => assemble(hex('0001 8001 0000 4800 0001 0001')),
    /no first/,
  );
  refuses(
    '§5.2 a second first PDU is refused',
    () => assemble(hex('0001 8001 0000 4400 0001 0000 0001 8001 0000 4400 0001 0001')),
    /second time/,
  );
  refuses(
    '§5.1.6 a gap in the sequence ids is refused',
    () => assemble(hex('0001 8001 0000 4400 0001 0000 0001 8001 0000 4800 0001 0002')),
    /sequence id 2 instead of 1/,
  );
  refuses(
    'a message longer than the bound is refused',
    () => assemble(hex('0001 8001 0008 4c00 0001 0000 0000000000000000'), 16),
    /longer than the 16/,
  );
});

suite('iSNS attributes', () => {
  const one = (tag: number, value: string): (() => unknown) => {
    const bytes = hex(value);
    const header = hex(tag.toString(16).padStart(8, '0') + bytes.length.toString(16).padStart(8, '0'));
    return () => decodeAttributes(Buffer.concat([header, bytes]));
  };

  test('RFC 4171 §6: values of every layout come back as they were', () => {
    const attributes = [
      { tag: isnsTag.timestamp, value: 1_795_286_392 },
      { tag: isnsTag.iscsiName, value: 'iqn.2026-11.hawser.test:t' },
      { tag: isnsTag.portalIpAddress, value: '2001:db8::7' },
      { tag: isnsTag.portalIpAddress, value: '192.0.2.7' },
      { tag: isnsTag.portalPort, value: 0xffff_ffff },
      { tag: isnsTag.wwnnToken, value: hex('0123456789abcdef') },
      { tag: isnsTag.pgTag, value: undefined },
      { tag: 700, value: hex('01020304') },
    ];
    assert.deepEqual(decodeAttributes(encodeAttributes(attributes)), attributes);
  });

  test('RFC 4171 §5.3.1: text ends with NUL even where it needs no padding', () => {
    assert.deepEqual(encodeAttributes([{ tag: 1, value: 'abcd' }]), hex('00000001 00000008 6162636400000000'));
  });

  test('RFC 4171 §6.3.2: bit 15 is UDP, the reserved bits mean nothing, and 0 is the port of iSCSI', () => {
    assert.deepEqual(fromPortValue(0x0001_0cbd), { port: 3261, protocol: 'udp' });
    assert.deepEqual(fromPortValue(0xfffe_0cbd), { port: 3261, protocol: 'tcp' });
    assert.deepEqual(fromPortValue(0), { port: 3260, protocol: 'tcp' });
  });

  refuses('§5.3 half an attribute header is refused', () => decodeAttributes(hex('00000001')), /ends in its header/);
  refuses(
    '§5.3 a length beyond the payload is refused',
    () => decodeAttributes(hex('0000000100000008 61000000')),
    /4 are left/,
  );
  refuses(
    '§5.3.1 a length that is no multiple of 4 is refused',
    () => decodeAttributes(hex('0000000100000001 61')),
    /multiple of 4/,
  );
  refuses('§6.1 text without NUL is refused', one(32, '61626364'), /NUL/);
  refuses('§5.3.1 padding other than zeros is refused', one(32, '61006200'), /behind its text/);
  refuses('§6.1 text that is not UTF-8 is refused', one(34, 'ff000000'), /UTF-8/);
  refuses('§6.4.1 a name of more than 224 bytes is refused', one(32, `${'61'.repeat(227)}00`), /at most 224/);
  refuses('§6.1 a number of 8 bytes is refused', one(33, '0000000000000001'), /instead of 4/);
  refuses('§6.3.1 an address of 4 bytes is refused', one(16, 'c0000201'), /instead of 16/);
  refuses('§6.2.4 a time beyond what is one is refused', one(4, 'ffffffffffffffff'), /no time/);

  for (const [tag, value] of [
    [isnsTag.iscsiName, 'a'.repeat(224)],
    [isnsTag.iscsiAlias, 'a\0b'],
    [isnsTag.iscsiNodeType, -1],
    [isnsTag.iscsiNodeType, 2 ** 32],
    [isnsTag.portalIpAddress, 'localhost'],
    [isnsTag.portalIpAddress, '1.2.3.256'],
    [700, hex('010203')],
    [isnsTag.iscsiName, 5],
  ] as const) {
    test(`attribute ${tag} does not take ${JSON.stringify(value).slice(0, 20)}`, () => {
      assert.throws(() => encodeAttributes([{ tag, value }]), { code: 'ISCSI_BAD_ARGUMENT' });
    });
  }

  test('RFC 4171 §6.3.1: addresses are read and written in their canonical form', () => {
    for (const [literal, canonical] of [
      ['127.0.0.1', '127.0.0.1'],
      ['::ffff:1.2.3.4', '1.2.3.4'],
      ['::192.0.2.1', '192.0.2.1'],
      ['::', '::'],
      ['::1', '::1'],
      ['fe80:0:0:0:1:0:0:AB', 'fe80::1:0:0:ab'],
      ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
      ['1::', '1::'],
    ] as const) {
      const bytes = parseIpAddress(literal);
      assert.ok(bytes, literal);
      assert.equal(formatIpAddress(bytes), canonical);
    }
    for (const literal of ['', 'a.b', '1.2.3', '1:2', 'x::', ']', '[::1]', '::1%eth0', '1::2::3']) {
      assert.equal(parseIpAddress(literal), undefined, literal);
    }
  });
});
