// What is read out of an iSNS server's answers and notices.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  type AttributeValue,
  decodeAnswer,
  delimiter,
  encodeAnswer,
  encodeAttributes,
  functionId,
  type IsnsAttribute,
  type IsnsMessage,
  type IsnsTarget,
  isnsTag,
  MessageAssembler,
  readNotice,
  readRegistration,
  readTargets,
} from '../../../../src/discovery/isns/index.ts';
import { fromIsnsd } from '../../../vectors/isns.ts';

const me = 'iqn.2026-11.hawser.test:me';

type Pair = readonly [name: keyof typeof isnsTag, value?: AttributeValue];

function attributes(...pairs: Pair[]): IsnsAttribute[] {
  return pairs.map(([name, value]) => ({ tag: isnsTag[name], value }));
}

function targetsOf(...pairs: Pair[]): IsnsTarget[] {
  return readTargets({ key: [], operating: attributes(...pairs) });
}

function noticeOf(id: number, ...pairs: Pair[]): ReturnType<typeof readNotice> {
  const payload = encodeAttributes(attributes(...pairs));
  return readNotice({ functionId: id, transactionId: 1, sender: 'server', replaces: false, payload });
}

suite('iSNS answers', () => {
  test('RFC 4171 §5.4: a status other than 0 is a refusal with its number and name', () => {
    assert.throws(() => decodeAnswer(functionId.scnReg, encodeAnswer(17, [])), {
      code: 'ISNS_REFUSED',
      status: 17,
      isRetryable: false,
      message: 'The iSNS server refused SCNReg: SCN Registration Rejected (17)',
    });
    assert.throws(() => decodeAnswer(functionId.devAttrQry, encodeAnswer(12, [])), { status: 12, isRetryable: true });
  });

  test('RFC 4171 §5.7.5.1: what follows a refusal is not read', () => {
    const payload = Buffer.concat([encodeAnswer(3, []), Buffer.from([1, 2, 3, 4])]);
    assert.throws(() => decodeAnswer(functionId.devAttrReg, payload), { code: 'ISNS_REFUSED' });
  });

  test('RFC 4171 §5.4: an answer without a status is none', () => {
    assert.throws(() => decodeAnswer(functionId.scnReg, new Uint8Array(0)), { code: 'ISNS_BAD_ANSWER' });
  });

  test('RFC 4171 §5.7.3: the delimiter parts key and operating attributes, and may be absent', () => {
    const [entity] = attributes(['entityIdentifier', 'h1']);
    assert.ok(entity);
    const parted = decodeAnswer(functionId.devAttrReg, encodeAnswer(0, [entity, delimiter, entity]));
    assert.deepEqual(parted, { key: [entity], operating: [entity] });
    assert.deepEqual(decodeAnswer(functionId.devAttrReg, encodeAnswer(0, [entity])), { key: [entity], operating: [] });
  });

  test('RFC 4171 §5.7.5.1: a registration is answered with the entity and the period that hold', () => {
    const answer = attributes(['entityIdentifier', 'isns:5'], ['registrationPeriod', 600]);
    assert.deepEqual(readRegistration({ key: answer.slice(0, 1), operating: answer }), {
      entity: 'isns:5',
      periodSeconds: 600,
    });
    assert.throws(() => readRegistration({ key: [], operating: [] }), { code: 'ISNS_BAD_ANSWER' });
  });
});

suite('iSNS targets', () => {
  test('RFC 4171 §6.5.4: a portal group with a tag is a way to its target, one without is none', () => {
    const targets = targetsOf(
      ['iscsiName', 'iqn.a:1'],
      ['iscsiNodeType', 1],
      ['iscsiAlias', 'one'],
      ['pgIscsiName', 'iqn.a:1'],
      ['pgPortalIpAddress', '192.0.2.1'],
      ['pgPortalPort', 3260],
      ['pgTag', 0xabcd_0007],
      ['pgIscsiName', 'iqn.a:1'],
      ['pgPortalIpAddress', '192.0.2.2'],
      ['pgPortalPort', 0],
      ['pgIscsiName', 'iqn.a:1'],
      ['pgPortalIpAddress', '192.0.2.3'],
      ['pgPortalPort', 3260],
      ['pgTag'],
      ['iscsiName', 'iqn.a:2'],
      ['iscsiNodeType', 3],
    );
    assert.deepEqual(targets, [
      { name: 'iqn.a:1', alias: 'one', portals: [{ host: '192.0.2.1', port: 3260, portalGroupTag: 7 }] },
      { name: 'iqn.a:2', alias: undefined, portals: [] },
    ]);
  });

  test('RFC 4171 §6.4.2: only nodes with the target bit are targets', () => {
    assert.deepEqual(targetsOf(['iscsiName', 'iqn.a:1'], ['iscsiNodeType', 2], ['iscsiName', 'iqn.a:2']), []);
  });

  test('RFC 4171 §6.3.2: a portal of UDP is no way for iSCSI, and the same portal counts once', () => {
    const group = (port: number): Pair[] => [
      ['pgIscsiName', 'iqn.a:1'],
      ['pgPortalIpAddress', '2001:db8::1'],
      ['pgPortalPort', port],
      ['pgTag', 1],
    ];
    const [target] = targetsOf(
      ['iscsiName', 'iqn.a:1'],
      ['iscsiNodeType', 1],
      ...group(0x1_0cbc),
      ...group(3261),
      ...group(3261),
    );
    assert.deepEqual(target?.portals, [{ host: '2001:db8::1', port: 3261, portalGroupTag: 1 }]);
  });

  test('RFC 4171 §5.6.4: attributes before any key, or a group without its portal, are refused', () => {
    assert.throws(() => targetsOf(['iscsiAlias', 'one']), { code: 'ISNS_BAD_ANSWER' });
    assert.throws(() => targetsOf(['pgIscsiName', 'iqn.a:1'], ['pgTag', 1]), { code: 'ISNS_BAD_ANSWER' });
    assert.throws(() => targetsOf(['pgIscsiName']), { code: 'ISNS_BAD_ANSWER' });
  });
});

suite('iSNS notices', () => {
  test('RFC 4171 §5.6.5.8: an SCN tells who is meant and what happened to whom', () => {
    const notice = noticeOf(
      functionId.scn,
      ['iscsiName', me],
      ['timestamp', 1],
      ['iscsiScnBitmap', 0x08],
      ['iscsiName', 'iqn.a:1'],
      ['iscsiScnBitmap', 0x10],
      ['iscsiName', 'iqn.a:2'],
      ['ddId', 5],
      ['iscsiScnBitmap', 0x04],
      ['iscsiName', 'iqn.a:3'],
      ['iscsiScnBitmap', 0x01],
      ['ddId', 6],
    );
    assert.deepEqual(notice, {
      kind: 'stateChange',
      destination: me,
      changes: [
        { kind: 'added', nodeName: 'iqn.a:1' },
        { kind: 'removed', nodeName: 'iqn.a:2' },
        { kind: 'removed', nodeName: undefined },
        { kind: 'updated', nodeName: 'iqn.a:3' },
        { kind: 'other', nodeName: undefined },
      ],
      echo: attributes(['iscsiName', me]),
    });
  });

  test('RFC 4171 §5.6.5.13: an ESI tells of which entity and portal, and is answered with all its attributes', () => {
    const esi = [
      ['timestamp', 1],
      ['entityIdentifier', 'h1'],
      ['portalIpAddress', '192.0.2.1'],
      ['portalPort', 3205],
    ] as const;
    assert.deepEqual(noticeOf(functionId.esi, ...esi), {
      kind: 'statusInquiry',
      entity: 'h1',
      portal: { address: '192.0.2.1', port: 3205 },
      echo: attributes(...esi),
    });
  });

  test('another message is no notice', () => {
    assert.equal(noticeOf(functionId.devAttrReg), undefined);
  });

  test('RFC 4171 §5.6.5: an SCN or an ESI of other attributes is refused', () => {
    const { scn, esi } = functionId;
    const start = [
      ['iscsiName', me],
      ['timestamp', 1],
    ] as const;
    const broken: (() => unknown)[] = [
      () => noticeOf(scn),
      () => noticeOf(scn, ['iscsiName']),
      () => noticeOf(scn, ['iscsiName', me]),
      () => noticeOf(scn, ...start),
      () => noticeOf(scn, ...start, ['iscsiScnBitmap', 8]),
      () => noticeOf(scn, ...start, ['iscsiName', 'iqn.a:1']),
      () => noticeOf(esi, ['timestamp', 1]),
      () => noticeOf(esi, ['timestamp', 1], ['entityIdentifier'], ['portalIpAddress'], ['portalPort']),
    ];
    for (const read of broken) assert.throws(read, { code: 'ISNS_BAD_ANSWER' });
  });
});

suite('what isnsd sends', () => {
  const messageOf = (text: string): IsnsMessage => {
    const messages: IsnsMessage[] = [];
    new MessageAssembler((each) => messages.push(each), 4096).push(Buffer.from(text, 'hex'));
    assert.equal(messages.length, 1);
    return messages[0]!;
  };

  test('RFC 4171 §5.7.5.1: the answer to a registration is read', () => {
    const { functionId: id, sender, payload } = messageOf(fromIsnsd.registered);
    assert.deepEqual([id, sender], [0x8001, 'server']);
    const answer = readRegistration(decodeAnswer(functionId.devAttrReg, payload));
    assert.deepEqual(answer, { entity: me, periodSeconds: 3600 });
  });

  test('RFC 4171 §5.7.5.2: the answer to a query is read; the portal of isnsadm has an IPv4-compatible address', () => {
    const targets = readTargets(decodeAnswer(functionId.devAttrQry, messageOf(fromIsnsd.targets).payload));
    const portals = [{ host: '192.0.2.1', port: 3260, portalGroupTag: 1 }];
    assert.deepEqual(targets, [{ name: 'iqn.2026-11.hawser.test:one', alias: 'first', portals }]);
  });

  test('RFC 4171 §5.6.5.8: an SCN is read', () => {
    const notice = readNotice(messageOf(fromIsnsd.scn));
    assert.equal(notice?.kind, 'stateChange');
    assert.equal(notice.destination, me);
    assert.deepEqual(notice.changes, [{ kind: 'added', nodeName: 'iqn.2026-11.hawser.test:one' }]);
  });

  test('RFC 4171 §5.6.5.13: an ESI is read', () => {
    const notice = readNotice(messageOf(fromIsnsd.esi));
    assert.equal(notice?.kind, 'statusInquiry');
    assert.deepEqual([notice.entity, notice.portal], [me, { address: '127.0.0.1', port: 37_983 }]);
    assert.equal(notice.echo[0]?.value, 0x6b01_ee06);
  });
});
