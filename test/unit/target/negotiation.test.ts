// The operational stage from the target's side (RFC 7143 §6.2, §13).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { OperationalNegotiation, type Pair } from '../../../src/target/negotiation/operational-negotiation.ts';
import { resolveParameters, type TargetParameters } from '../../../src/target/negotiation/parameters.ts';

function negotiate(
  offers: readonly Pair[],
  {
    ours = {},
    isDiscovery = false,
    isLeading = true,
  }: { ours?: TargetParameters; isDiscovery?: boolean; isLeading?: boolean } = {},
): { answers: Record<string, string>; negotiation: OperationalNegotiation } | string {
  const negotiation = new OperationalNegotiation(resolveParameters(ours), isDiscovery, isLeading);
  const step = negotiation.answer(offers);
  return step.kind === 'failed' ? step.why : { answers: Object.fromEntries(step.pairs), negotiation };
}

function answersOf(result: ReturnType<typeof negotiate>): Record<string, string> {
  assert.ok(typeof result !== 'string', 'the negotiation failed');
  return result.answers;
}

suite('§13: each key follows its result function', () => {
  const ours: TargetParameters = {
    maxConnections: 4,
    initialR2t: false,
    immediateData: true,
    maxBurstLength: 65_536,
    firstBurstLength: 16_384,
    maxOutstandingR2t: 3,
    defaultTime2Wait: 5,
    defaultTime2Retain: 7,
    headerDigest: ['CRC32C'],
  };
  const rows: readonly [key: string, offered: string, answer: string][] = [
    ['MaxConnections', '8', '4'],
    ['MaxConnections', '2', '2'],
    ['InitialR2T', 'Yes', 'Yes'],
    ['InitialR2T', 'No', 'No'],
    ['ImmediateData', 'Yes', 'Yes'],
    ['ImmediateData', 'No', 'No'],
    ['MaxBurstLength', '262144', '65536'],
    ['MaxBurstLength', '0x4000', '16384'],
    ['FirstBurstLength', '65536', '16384'],
    ['MaxOutstandingR2T', '1', '1'],
    ['MaxOutstandingR2T', '65535', '3'],
    ['DefaultTime2Wait', '2', '5'],
    ['DefaultTime2Wait', '9', '9'],
    ['DefaultTime2Retain', '20', '7'],
    ['DataPDUInOrder', 'No', 'Yes'],
    ['DataSequenceInOrder', 'No', 'Yes'],
    ['ErrorRecoveryLevel', '2', '0'],
    ['HeaderDigest', 'None,CRC32C', 'CRC32C'],
    ['DataDigest', 'None,CRC32C', 'None'],
    ['DataDigest', 'CRC32C,None', 'CRC32C'],
    ['TaskReporting', 'FastAbort,ResponseFence,RFC3720', 'RFC3720'],
    ['iSCSIProtocolLevel', '2', '1'],
    ['IFMarker', 'No', 'No'],
    ['OFMarkInt', '2048~8192', 'Reject'],
    ['X-com.example.thing', '3', 'NotUnderstood'],
    ['Later', '3', 'NotUnderstood'],
  ];
  for (const [key, offered, answer] of rows) {
    test(`${key}=${offered} is answered with ${answer}`, () => {
      assert.equal(answersOf(negotiate([[key, offered]], { ours }))[key], answer);
    });
  }
});

suite('§7.12: a negotiation without agreement fails', () => {
  const rows: readonly Pair[] = [
    ['HeaderDigest', 'MD5'],
    ['MaxConnections', '0'],
    ['MaxConnections', '65536'],
    ['MaxBurstLength', '511'],
    ['MaxBurstLength', '16777216'],
    ['MaxBurstLength', '512 '],
    ['MaxBurstLength', '-1'],
    ['MaxBurstLength', '010000'],
    ['MaxRecvDataSegmentLength', '0'],
    ['ImmediateData', 'yes'],
    ['ErrorRecoveryLevel', '3'],
    ['DefaultTime2Wait', '3601'],
    ['InitialR2T', 'Reject'],
  ];
  for (const [key, value] of rows) {
    test(`${key}=${value}`, () => {
      assert.equal(typeof negotiate([[key, value]]), 'string');
    });
  }
});

test('§13.14: FirstBurstLength stays within MaxBurstLength, in whichever order they are offered', () => {
  const offers: Pair[] = [
    ['FirstBurstLength', '65536'],
    ['MaxBurstLength', '8192'],
  ];
  for (const order of [offers, [...offers].reverse()]) {
    assert.equal(answersOf(negotiate(order))['FirstBurstLength'], '8192');
  }
});

test('§13.14: FirstBurstLength is irrelevant when there is no unsolicited data', () => {
  const offers: Pair[] = [
    ['FirstBurstLength', '65536'],
    ['InitialR2T', 'Yes'],
    ['ImmediateData', 'No'],
  ];
  assert.equal(answersOf(negotiate(offers))['FirstBurstLength'], 'Irrelevant');
});

test('§13: keys of normal sessions are irrelevant in a discovery session', () => {
  const answers = answersOf(
    negotiate(
      [
        ['MaxConnections', '4'],
        ['MaxBurstLength', '65536'],
        ['ErrorRecoveryLevel', '0'],
        ['HeaderDigest', 'None'],
      ],
      { isDiscovery: true },
    ),
  );
  assert.deepEqual(answers, {
    MaxConnections: 'Irrelevant',
    MaxBurstLength: 'Irrelevant',
    ErrorRecoveryLevel: '0',
    HeaderDigest: 'None',
  });
});

test('§13: keys for the leading connection alone are refused on another', () => {
  assert.equal(typeof negotiate([['MaxBurstLength', '65536']], { isLeading: false }), 'string');
  assert.deepEqual(answersOf(negotiate([['HeaderDigest', 'CRC32C']], { isLeading: false })), {
    HeaderDigest: 'CRC32C',
  });
});

test('§13: what is not negotiated keeps the default of the RFC, whatever the target would have liked', () => {
  const result = negotiate([['MaxRecvDataSegmentLength', '65536']]);
  assert.ok(typeof result !== 'string');
  const { session, connection } = result.negotiation;
  assert.deepEqual(session, {
    maxConnections: 1,
    initialR2t: true,
    immediateData: true,
    maxBurstLength: 262_144,
    firstBurstLength: 65_536,
    maxOutstandingR2t: 1,
    defaultTime2Wait: 2,
    defaultTime2Retain: 20,
    errorRecoveryLevel: 0,
  });
  assert.equal(connection.maxXmitDataSegmentLength, 65_536);
  assert.equal(connection.headerDigest, false);
});

test('§13: parameters outside of the bounds are refused when the target is made', () => {
  for (const bad of [{ maxConnections: 17 }, { maxBurstLength: 100 }, { maxOutstandingR2t: 0.5 }]) {
    assert.throws(() => resolveParameters(bad), { code: 'ISCSI_BAD_ARGUMENT' });
  }
});
