// The login examples of RFC 7143 Appendix B, typed as bytes: both directions as they stand on the wire, header and text.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { type LoginMachine, type LoginStep, resolveKeyOffers, startLogin } from '../../../src/login/index.ts';
import { decodeLoginResponse, encodeLoginRequest, type LoginRequest } from '../../../src/wire/index.ts';
import { constantRandom, loginOptions, mutualAuth } from '../../support/login-cases.ts';

const header = (text: string): Uint8Array => {
  const bytes = Buffer.from(text.replace(/\s/g, ''), 'hex');
  assert.equal(bytes.length, 48);
  return bytes;
};
const text = (...lines: string[]): Uint8Array => Buffer.from(lines.map((line) => `${line}\0`).join(''));

/** Bytes 0 to 47 of what the machine sends; the lengths of the segments are the connection's business. */
function sent(pdu: LoginRequest): string {
  const bhs = new Uint8Array(48);
  encodeLoginRequest(pdu, bhs);
  return Buffer.from(bhs).toString('hex');
}

interface Exchange {
  readonly request: string;
  readonly says: readonly string[];
  readonly response: string;
  readonly hears: readonly string[];
}

/** Checks every request of a conversation byte by byte and feeds every response from bytes. */
function converse(login: LoginMachine, exchanges: readonly Exchange[]): LoginStep | undefined {
  let out: { pdu: LoginRequest; data: Uint8Array } | undefined = login.first();
  let step: LoginStep | undefined;
  for (const { request, says, response, hears } of exchanges) {
    assert.ok(out !== undefined);
    assert.equal(sent(out.pdu), Buffer.from(header(request)).toString('hex'));
    assert.deepEqual(Buffer.from(out.data).toString(), Buffer.from(text(...says)).toString());
    step = login.step(decodeLoginResponse(header(response)), text(...hears));
    out = step.kind === 'send' ? step : undefined;
  }
  return step;
}

const names = [
  'InitiatorName=iqn.1999-07.com.os:hostid.77',
  'TargetName=iqn.1999-07.com.example:diskarray.sn.88',
  'SessionType=Normal',
];

// What all headers of these conversations have in common: ISID 800012345678, task tag 7, CID 1, CmdSN 123 (7bh).
const isid = '80001234 5678';
const rest = '00000000 00000000 00000000 00000000';

function request(flags: string, expStatSn: string): string {
  return `43${flags}0000 00000000 ${isid}0000 00000007 00010000 0000007b ${expStatSn} ${rest}`;
}
function response(flags: string, statSn: string, tsih = '0000'): string {
  return `23${flags}0000 00000000 ${isid}${tsih} 00000007 00000000 ${statSn} 0000007b 0000009a ${rest.slice(9)}`;
}

/** Few offers differ from the defaults, so that the conversation stays readable. */
const offers = resolveKeyOffers({ headerDigest: 'None', dataDigest: 'None', firstBurstLength: 8192 });
const offered = [
  'HeaderDigest=None',
  'DataDigest=None',
  'MaxConnections=8',
  'InitialR2T=No',
  'ImmediateData=Yes',
  'MaxRecvDataSegmentLength=262144',
  'MaxBurstLength=16776192',
  'FirstBurstLength=8192',
  'DefaultTime2Wait=2',
  'DefaultTime2Retain=20',
  'MaxOutstandingR2T=1',
  'DataPDUInOrder=Yes',
  'DataSequenceInOrder=Yes',
  'ErrorRecoveryLevel=2',
];

suite('Appendix B login examples', () => {
  test('Appendix B: the target chooses None, then parameters are negotiated over two exchanges', () => {
    const step = converse(startLogin(loginOptions({ offers })), [
      {
        request: request('81', '00000000'), // CSG,NSG=0,1 T=1
        says: [...names, 'AuthMethod=None'],
        response: response('81', '00000064'),
        hears: ['TargetPortalGroupTag=1', 'AuthMethod=None'],
      },
      {
        request: request('87', '00000065'), // CSG,NSG=1,3 T=1
        says: offered,
        response: response('04', '00000065'), // CSG,NSG=1,0 T=0
        hears: ['FirstBurstLength=4096', 'MaxBurstLength=8192', 'TaskReporting=RFC3720'],
      },
      {
        request: request('87', '00000066'),
        says: ['TaskReporting=RFC3720'],
        response: response('87', '00000066', '0042'), // login accept
        hears: ['MaxConnections=2'],
      },
    ]);
    assert.ok(step?.kind === 'done');
    assert.deepEqual([step.result.tsih, step.result.statSn, step.result.maxCmdSn], [0x42, 0x66, 0x9a]);
    const { firstBurstLength, maxBurstLength, maxConnections } = step.result.parameters;
    assert.deepEqual([firstBurstLength, maxBurstLength, maxConnections], [4096, 8192, 2]);
  });

  test('Appendix B: both sides authenticate each other by CHAP', () => {
    const auth = mutualAuth({ algorithms: ['SHA-256', 'MD5'] });
    const step = converse(startLogin(loginOptions({ offers, auth, random: constantRandom(0x11) })), [
      {
        request: request('00', '00000000'), // CSG,NSG=0,0 T=0
        says: [...names, 'AuthMethod=CHAP'],
        response: response('00', '00000000'),
        hears: ['TargetPortalGroupTag=1', 'AuthMethod=CHAP'],
      },
      {
        request: request('00', '00000001'),
        says: ['CHAP_A=7,5'],
        response: response('00', '00000001'),
        hears: ['CHAP_A=5', 'CHAP_I=42', 'CHAP_C=0x00112233445566778899aabbccddeeff'],
      },
      {
        request: request('81', '00000002'), // CSG,NSG=0,1 T=1
        says: [
          'CHAP_N=initiator',
          'CHAP_R=0xa2969a34fe4d0157afd3ae2df1eaa7f5',
          'CHAP_I=17',
          'CHAP_C=0x11111111111111111111111111111111',
        ],
        response: response('81', '00000002'),
        hears: ['CHAP_N=target', 'CHAP_R=0x5b5fd5ba15e386dcb4ed7c6ece61e5ef'],
      },
      {
        request: request('87', '00000003'),
        says: offered,
        response: response('87', '00000003', 'ffff'),
        hears: [],
      },
    ]);
    assert.ok(step?.kind === 'done');
    assert.equal(step.result.tsih, 0xffff);
  });
});
