// A login from the target's side, request by request (RFC 7143 §6.3, §11.12, §11.13).

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { LoginExchange, type LoginReply } from '../../../src/target/login/login-exchange.ts';
import { resolveOptions, type TargetOptions } from '../../../src/target/options.ts';
import { encodeTextKeys, type LoginRequest, loginStatus, opcode } from '../../../src/wire/index.ts';

const name = 'iqn.2026-01.example:disk';
const chap = { user: 'alice', secret: 'a secret of 20 bytes' };
const names = { InitiatorName: 'iqn.2026-01.example:Initiator', TargetName: name };

const blank: LoginRequest = {
  opcode: opcode.loginRequest,
  isTransit: false,
  isContinue: false,
  currentStage: 0,
  nextStage: 0,
  versionMax: 0,
  versionMin: 0,
  isid: 0x80_0000_0001,
  tsih: 0,
  initiatorTaskTag: 5,
  cid: 3,
  cmdSn: 77,
  expStatSn: 0,
};

/** From security to operational, within operational, and out of either to full feature phase. */
const toOperational = { isTransit: true, currentStage: 0, nextStage: 1 };
const inSecurity = { currentStage: 0 };
const operationalToFull = { isTransit: true, currentStage: 1, nextStage: 3 };
const securityToFull = { isTransit: true, currentStage: 0, nextStage: 3 };

type Keys = Record<string, string>;

function open(options: Partial<TargetOptions> = {}, refusal?: { status: number; why: string }) {
  const exchange = new LoginExchange({
    options: resolveOptions({ name, luns: [], listen: [], ...options }),
    admit: () => refusal,
  });
  return (fields: Partial<LoginRequest>, keys: Keys = {}): LoginReply =>
    exchange.take({ ...blank, ...fields }, encodeTextKeys(Object.entries(keys)));
}

function replied(reply: LoginReply): Extract<LoginReply, { kind: 'reply' }> & { readonly keys: Keys } {
  assert.ok(reply.kind === 'reply', reply.kind === 'refused' ? reply.why : '');
  return { ...reply, keys: Object.fromEntries(reply.pairs) };
}

function assertRefused(reply: LoginReply, status: number): void {
  assert.equal(reply.kind === 'refused' ? reply.status : reply.kind, status);
}

test('§6.3.1: an initiator that needs nothing is logged in with one exchange', () => {
  const reply = replied(open({ alias: 'Disk' })(operationalToFull, names));
  assert.deepEqual(reply.keys, { TargetAlias: 'Disk', TargetPortalGroupTag: '1', MaxRecvDataSegmentLength: '262144' });
  assert.deepEqual([reply.isTransit, reply.nextStage], [true, 3]);
  assert.deepEqual(reply.outcome?.identity, {
    initiatorName: 'iqn.2026-01.example:initiator',
    initiatorAlias: '',
    isDiscovery: false,
    isNamed: true,
    isid: 0x80_0000_0001,
    tsih: 0,
    cid: 3,
    cmdSn: 77,
  });
});

test('§6.3.2: without CHAP, None is agreed on and the operational stage follows', () => {
  const take = open();
  const security = replied(take(toOperational, { ...names, AuthMethod: 'CHAP,None' }));
  assert.deepEqual(security.keys, { TargetPortalGroupTag: '1', AuthMethod: 'None' });
  assert.deepEqual([security.isTransit, security.nextStage], [true, 1]);
  const operational = replied(take(operationalToFull, { HeaderDigest: 'CRC32C', MaxConnections: '4' }));
  assert.equal(operational.keys['HeaderDigest'], 'CRC32C');
  assert.equal(operational.outcome?.session.maxConnections, 4);
  assert.equal(operational.outcome.connection.headerDigest, true);
});

test('§13.12: a login that leaves the operational stage out has the default segment lengths', () => {
  const { outcome } = replied(open()(securityToFull, { ...names, AuthMethod: 'None' }));
  assert.equal(outcome?.connection.maxRecvDataSegmentLength, 8192);
  assert.equal(outcome.connection.maxXmitDataSegmentLength, 8192);
});

suite('§12.1.3: CHAP', () => {
  const respond = (keys: Keys): string => {
    const challenge = Buffer.from((keys['CHAP_C'] ?? '').slice(2), 'hex');
    const hash = createHash('md5')
      .update(Uint8Array.of(Number(keys['CHAP_I'])))
      .update(chap.secret)
      .update(challenge);
    return `0x${hash.digest('hex')}`;
  };

  test('goes through method, algorithm and response, whatever the T bit wishes', () => {
    const take = open({ chap });
    const method = replied(take(toOperational, { ...names, AuthMethod: 'CHAP,None' }));
    assert.deepEqual([method.isTransit, method.keys['AuthMethod']], [false, 'CHAP']);
    const challenge = replied(take(toOperational, { CHAP_A: '5' }));
    assert.equal(challenge.isTransit, false);
    const end = replied(take(toOperational, { CHAP_N: 'alice', CHAP_R: respond(challenge.keys) }));
    assert.deepEqual([end.isTransit, end.nextStage], [true, 1]);
  });

  test('is proposed by the target when the initiator proposes nothing', () => {
    const take = open({ chap });
    const proposal = replied(take(toOperational, names));
    assert.deepEqual([proposal.isTransit, proposal.keys['AuthMethod']], [false, 'CHAP']);
    const challenge = replied(take(inSecurity, { AuthMethod: 'CHAP', CHAP_A: '5' }));
    assert.equal(challenge.keys['AuthMethod'], undefined);
    const end = replied(take(securityToFull, { CHAP_N: 'alice', CHAP_R: respond(challenge.keys) }));
    assert.ok(end.outcome !== undefined);
  });

  test('cannot be left out, avoided or cut short', () => {
    assertRefused(open({ chap })(operationalToFull, names), loginStatus.authenticationFailure);
    assertRefused(open({ chap })(toOperational, { ...names, AuthMethod: 'None' }), loginStatus.authenticationFailure);
    const silent = open({ chap });
    silent(toOperational, names);
    assertRefused(silent(toOperational), loginStatus.authenticationFailure);
    const cut = open({ chap });
    cut(toOperational, { ...names, AuthMethod: 'CHAP' });
    assertRefused(cut(toOperational), loginStatus.authenticationFailure);
    const wrong = open({ chap });
    wrong(inSecurity, { ...names, AuthMethod: 'CHAP' });
    wrong(inSecurity, { CHAP_A: '5' });
    assertRefused(wrong(toOperational, { CHAP_N: 'alice', CHAP_R: '0x00' }), loginStatus.authenticationFailure);
  });

  test('is not asked of discovery sessions when the owner says so', () => {
    const discovery = { InitiatorName: names.InitiatorName, SessionType: 'Discovery' };
    assertRefused(open({ chap })(operationalToFull, discovery), loginStatus.authenticationFailure);
    const openTarget = { chap, chapForDiscovery: false };
    assert.ok(replied(open(openTarget)(operationalToFull, discovery)).outcome !== undefined);
    assertRefused(open(openTarget)(operationalToFull, names), loginStatus.authenticationFailure);
    assertRefused(open()(toOperational, { ...names, AuthMethod: 'CHAP' }), loginStatus.authenticationFailure);
  });
});

suite('§11.13.5: a first request is refused with the status that fits', () => {
  const rows: readonly [claim: string, status: number, fields: Partial<LoginRequest>, keys: Keys][] = [
    ['without InitiatorName', loginStatus.missingParameter, operationalToFull, { TargetName: name }],
    ['without TargetName', loginStatus.missingParameter, operationalToFull, { InitiatorName: 'iqn.x' }],
    ['for another target', loginStatus.notFound, operationalToFull, { ...names, TargetName: 'iqn.other' }],
    [
      'for a strange session type',
      loginStatus.sessionTypeNotSupported,
      operationalToFull,
      { ...names, SessionType: 'Odd' },
    ],
    [
      'of a later version',
      loginStatus.unsupportedVersion,
      { ...operationalToFull, versionMin: 1, versionMax: 1 },
      names,
    ],
    ['in full feature phase', loginStatus.initiatorError, { currentStage: 3 }, names],
    ['that goes back', loginStatus.initiatorError, { isTransit: true, currentStage: 1, nextStage: 0 }, names],
    ['with a key of the target', loginStatus.initiatorError, operationalToFull, { ...names, TargetAlias: 'me' }],
    [
      'with an operational key in security',
      loginStatus.initiatorError,
      inSecurity,
      { ...names, MaxBurstLength: '512' },
    ],
    [
      'with a security key in operational',
      loginStatus.initiatorError,
      operationalToFull,
      { ...names, AuthMethod: 'None' },
    ],
    ['with CHAP keys out of nowhere', loginStatus.initiatorError, inSecurity, { ...names, CHAP_A: '5' }],
    ['without agreement', loginStatus.initiatorError, operationalToFull, { ...names, HeaderDigest: 'MD5' }],
  ];
  for (const [claim, status, fields, keys] of rows) {
    test(claim, () => {
      assertRefused(open()(fields, keys), status);
    });
  }
});

test('§6.3: a key that comes twice is refused, within a request and across requests', () => {
  const take = open();
  take({ currentStage: 1 }, names);
  assertRefused(take({ currentStage: 1 }, { InitiatorName: 'iqn.x' }), loginStatus.initiatorError);
  const exchange = new LoginExchange({
    options: resolveOptions({ name, luns: [], listen: [] }),
    admit: () => undefined,
  });
  const twice = encodeTextKeys([...Object.entries(names), ['MaxConnections', '1'], ['MaxConnections', '1']]);
  assertRefused(exchange.take({ ...blank, ...operationalToFull }, twice), loginStatus.initiatorError);
});

test('§11.12: all requests of a login carry the same names and numbers', () => {
  for (const change of [{ isid: 9 }, { tsih: 4 }, { cid: 9 }, { initiatorTaskTag: 9 }, { versionMax: 9 }]) {
    const take = open();
    take({ currentStage: 1 }, names);
    assertRefused(take({ ...operationalToFull, ...change }), loginStatus.initiatorError);
  }
});

test('§6.2: text with the C bit is answered with an empty response, and read when it is whole', () => {
  const exchange = new LoginExchange({
    options: resolveOptions({ name, luns: [], listen: [] }),
    admit: () => undefined,
  });
  const text = encodeTextKeys(Object.entries(names));
  const first = replied(exchange.take({ ...blank, currentStage: 1, isContinue: true }, text.subarray(0, 20)));
  assert.deepEqual([first.pairs, first.isTransit], [[], false]);
  const second = replied(exchange.take({ ...blank, ...operationalToFull }, text.subarray(20)));
  assert.equal(second.keys['TargetPortalGroupTag'], '1');
  assert.ok(second.outcome !== undefined);
});

test('bounds: a login may take only so many exchanges and so much text', () => {
  const take = open({ limits: { maxLoginExchanges: 3 } });
  take({ currentStage: 1 }, names);
  take({ currentStage: 1 });
  take({ currentStage: 1 });
  assertRefused(take({ currentStage: 1 }), loginStatus.initiatorError);
  const text = open({ limits: { maxTextLength: 100 } });
  assertRefused(text(operationalToFull, { ...names, InitiatorAlias: 'x'.repeat(100) }), loginStatus.initiatorError);
});

test('§11.13.5: a redirection names the new address, without a portal group tag', () => {
  const temporary = open({ redirect: { host: '::1', port: 3261, isPermanent: false } })(operationalToFull, names);
  assertRefused(temporary, loginStatus.targetMovedTemporarily);
  assert.deepEqual(temporary.pairs, [['TargetAddress', '[::1]:3261']]);
  const permanent = open({ redirect: () => ({ host: '10.0.0.1', port: 3260, isPermanent: true }) });
  assertRefused(permanent(operationalToFull, names), loginStatus.targetMovedPermanently);
});

test('a refusal of the target’s own reaches the initiator', () => {
  const refusal = { status: loginStatus.tooManyConnections, why: 'full' };
  assertRefused(open({}, refusal)(operationalToFull, names), loginStatus.tooManyConnections);
});
