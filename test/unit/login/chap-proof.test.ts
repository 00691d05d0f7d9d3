// Mutual CHAP with a target whose secret is not known here: the proof goes to a verifier before anything more is sent.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RadiusError, TimeoutError, UsageError } from '../../../src/base/index.ts';
import {
  type ChapAlgorithm,
  type ChapVerifier,
  type LoginMachine,
  type LoginOptions,
  startLogin,
  unproven,
} from '../../../src/login/index.ts';
import { challenge, chooseChap, md5, proof } from '../../support/chap-script.ts';
import {
  constantRandom,
  failsWith,
  finalAnswer,
  initiatorName,
  loginOptions,
  mutualAuth,
  targetName,
  targetSecret,
} from '../../support/login-cases.ts';
import { ScriptedTarget, said } from '../../support/scripted-target.ts';

/** Nobody asks it: the machine only hands the proof out. */
const verify: ChapVerifier = {
  algorithms: ['MD5'],
  check: async () => await Promise.reject(new Error('a pure machine asks nobody')),
};
const auth = mutualAuth({ mutual: { user: 'target', verify } });

/** Plays a login up to the proof of the target. */
function played(more: Readonly<{ keys?: Record<string, string>; t?: boolean; options?: Partial<LoginOptions> }> = {}): {
  machine: LoginMachine;
  target: ScriptedTarget;
  step: ReturnType<ScriptedTarget['play']>;
} {
  const target = new ScriptedTarget();
  const machine = startLogin(loginOptions({ auth, random: constantRandom(0x11), ...more.options }));
  const answer = { ...proof(more.keys), t: more.t ?? true };
  return { machine, target, step: target.play(machine, [chooseChap, challenge(), answer]) };
}

suite('§9.2.1 a proof that somebody else verifies', () => {
  test('§12.1.3: the proof is all that a verifier needs, and comes before the next request', () => {
    const { step, target } = played();
    assert.ok(step.kind === 'prove');
    const { challenge: ours, response, ...rest } = step.proof;
    assert.deepEqual(rest, { user: 'target', algorithm: 'MD5', identifier: 0x11, initiatorName, targetName });
    assert.equal(Buffer.from(ours).toString('hex'), '11'.repeat(16));
    assert.equal(Buffer.from(response).toString('hex'), md5.theirs);
    assert.equal(target.heard.length, 3);
  });
  for (const t of [true, false]) {
    test(`§6.3.2: verified, the login goes on to its end, ${t ? 'with' : 'without'} T beside the proof`, () => {
      const { machine, target } = played({ t });
      target.hear(machine.proven());
      const { currentStage, isTransit } = target.last.pdu;
      assert.deepEqual([currentStage, isTransit, target.last.text.length > 0], [t ? 1 : 0, true, t]);
      assert.equal(target.more(machine, t ? [finalAnswer] : [{ t: true }, finalAnswer]).kind, 'done');
    });
  }
  test('§6.3: a target that goes on before it has been verified ends the login, and nothing comes out any more', () => {
    for (const early of [finalAnswer, { t: true, csg: 1, nsg: 3 }, { status: 0x0101 }]) {
      const { machine, target } = played();
      failsWith(() => target.more(machine, [early]), 'ISCSI_UNEXPECTED_PDU');
      failsWith(() => machine.proven(), 'ISCSI_WRONG_STATE');
      failsWith(() => target.more(machine, [early]), 'ISCSI_WRONG_STATE');
    }
  });
  test('the request that waits for the proof is given once', () => {
    const { machine } = played();
    machine.proven();
    failsWith(() => machine.proven(), 'ISCSI_WRONG_STATE');
    const plain = startLogin(loginOptions());
    failsWith(() => plain.proven(), 'ISCSI_WRONG_STATE');
  });
  test('§12.1.3: a target whose secret is known here is verified here', () => {
    const { step } = played({ options: { auth: mutualAuth({ algorithms: ['MD5'] }) } });
    assert.equal(step.kind, 'send');
  });

  const reflected = { CHAP_N: 'target', CHAP_R: `0x${md5.ours}` };
  const faults: [title: string, keys: Record<string, string>, key: string][] = [
    ['our own response', reflected, 'CHAP_R'],
    ['a response of another length', { CHAP_R: '0x00' }, 'CHAP_R'],
    ['another name than the one configured', { CHAP_N: 'rogue' }, 'CHAP_N'],
    ['no name', { CHAP_N: '' }, 'CHAP_N'],
  ];
  for (const [title, keys, key] of faults) {
    test(`§9.2.1: ${title} is refused before anybody is asked`, () => {
      failsWith(() => played({ keys }), 'ISCSI_AUTH_FAILED', key);
    });
  }
  test('§9.2.1: our own secret over our own challenge is refused before anybody is asked', () => {
    const both = mutualAuth({ secret: targetSecret, mutual: { verify } });
    failsWith(() => played({ options: { auth: both } }), 'ISCSI_AUTH_FAILED', 'CHAP_R');
  });
  test('§9.2.1: without a configured name the target may have any but ours', () => {
    const options = { auth: mutualAuth({ mutual: { verify } }) };
    assert.equal(played({ options, keys: { CHAP_N: 'whoever' } }).step.kind, 'prove');
    failsWith(() => played({ options, keys: { CHAP_N: 'initiator' } }), 'ISCSI_AUTH_FAILED', 'CHAP_N');
  });
  test('§12.1: None is not offered beside it, and a target that takes None is refused', () => {
    const login = startLogin(loginOptions({ auth: { ...auth, allowNone: true } }));
    const chooseNone = { text: ['TargetPortalGroupTag=1', 'AuthMethod=None'] };
    failsWith(() => new ScriptedTarget().play(login, [chooseNone]), 'ISCSI_AUTH_FAILED', 'AuthMethod');
  });
});

suite('§12.1.3 algorithms of a verifier', () => {
  const offered = (algorithms?: ChapAlgorithm[]): string | undefined => {
    const target = new ScriptedTarget();
    const login = startLogin(loginOptions({ auth: mutualAuth({ algorithms, mutual: { verify } }) }));
    target.play(login, [chooseChap]);
    return said(target.last, 'CHAP_A');
  };
  test('§12.1.3: only those are offered that it can judge', () => {
    assert.equal(offered(), '5');
    assert.equal(offered(['SHA-256', 'MD5']), '5');
  });
  test('§12.1.3: one that it cannot judge is not taken from the target', () => {
    const script = [chooseChap, challenge({ CHAP_A: '7' })];
    const login = startLogin(loginOptions({ auth }));
    failsWith(() => new ScriptedTarget().play(login, script), 'ISCSI_AUTH_FAILED', 'CHAP_A');
  });
  test('a wish that leaves none is refused at once', () => {
    const error = failsWith(() => offered(['SHA-256']), 'ISCSI_BAD_ARGUMENT');
    assert.ok(error instanceof UsageError && error.argument === 'auth.chap.algorithms');
  });
});

suite('a proof that was not verified', () => {
  test('a plain no is an authentication that failed', () => {
    const error = unproven(undefined);
    assert.deepEqual([error.name, error.code, error.cause], ['LoginError', 'ISCSI_AUTH_FAILED', undefined]);
  });
  test('a reason that speaks of the target is the cause of it', () => {
    for (const cause of [new RadiusError('RADIUS_REJECTED', 'no'), new TypeError('a bug')]) {
      const error = unproven(cause);
      assert.deepEqual([error.code, error.cause], ['ISCSI_AUTH_FAILED', cause]);
    }
  });
  test('a reason that says nothing of the target stays what it is', () => {
    const limit = new TimeoutError('ISCSI_LOGIN_TIMEOUT', 'late', { operation: 'login', limitMs: 1 });
    for (const cause of [new RadiusError('RADIUS_UNREACHABLE', 'nobody answers'), limit]) {
      assert.equal(unproven(cause), cause);
    }
  });
});
