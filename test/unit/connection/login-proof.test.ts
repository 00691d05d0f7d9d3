// The wait for whoever verifies the target: nothing is sent before, and whatever ends the login ends the wait.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Deferred, deferred, RadiusError } from '../../../src/base/index.ts';
import type { ChapProof, ChapVerifier } from '../../../src/session/index.ts';
import { ChapBench, md5, them } from '../../conformance/chap-bench.ts';
import { soon } from '../../support/session-bench.ts';

/** A verifier in the hands of the test. */
class HeldVerifier implements ChapVerifier {
  readonly algorithms: ChapVerifier['algorithms'] = ['MD5'];
  readonly asked: Deferred<{ proof: ChapProof; signal: AbortSignal }> = deferred();
  readonly answer: Deferred<boolean> = deferred();

  check(proof: ChapProof, signal: AbortSignal): Promise<boolean> {
    this.asked.resolve({ proof, signal });
    return this.answer.promise;
  }
}

interface Stage extends AsyncDisposable {
  readonly bench: ChapBench;
  readonly verifier: HeldVerifier;
  readonly proof: ChapProof;
  readonly signal: AbortSignal;
}

/** A login whose target has proved itself, while the verifier has not answered yet. */
async function verifying(): Promise<Stage> {
  const verifier = new HeldVerifier();
  const bench = await ChapBench.begin({ chap: { mutual: { verify: verifier } } });
  await bench.challenged();
  bench.prove();
  const { proof, signal } = await soon(verifier.asked.promise);
  return { bench, verifier, proof, signal, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
}

suite('§6.3.2 a login that waits for a verifier', () => {
  test('§9.2.1: nothing is sent before the verifier has said yes, and then the login goes on', async () => {
    await using stage = await verifying();
    const { bench, verifier, proof, signal } = stage;
    assert.equal(proof.user, them.user);
    assert.deepEqual(Buffer.from(proof.response), md5(proof.identifier, them.secret, Buffer.from(proof.challenge)));
    await bench.login.line.silence();
    verifier.answer.resolve(true);
    await bench.succeeds();
    assert.equal(signal.aborted, false);
  });
  const wrong: [title: string, answer: (verifier: HeldVerifier) => void][] = [
    [
      'no',
      (verifier) => {
        verifier.answer.resolve(false);
      },
    ],
    [
      'anything but true',
      (verifier) => {
        verifier.answer.resolve('yes' as never);
      },
    ],
    [
      'why not',
      (verifier) => {
        verifier.answer.reject(new RadiusError('RADIUS_REJECTED', 'no'));
      },
    ],
    [
      'nothing, for a bug',
      (verifier) => {
        verifier.answer.reject(new TypeError('a bug'));
      },
    ],
  ];
  for (const [title, answer] of wrong) {
    test(`§9.2.1: a verifier that says ${title} ends the login, and the connection is closed`, async () => {
      await using stage = await verifying();
      const { bench, verifier } = stage;
      answer(verifier);
      await bench.refuses();
    });
  }
  test('a verifier that could not be asked is what the login ends with', async () => {
    await using stage = await verifying();
    const { bench, verifier } = stage;
    verifier.answer.reject(new RadiusError('RADIUS_UNREACHABLE', 'nobody answers'));
    await bench.login.refuses('RADIUS_UNREACHABLE');
  });
  test('a target that goes on by itself ends the login, and a late yes changes nothing', async () => {
    await using stage = await verifying();
    const { bench, verifier, signal } = stage;
    bench.login.answer({ isTransit: true, currentStage: 1, nextStage: 3, tsih: 1 });
    await bench.login.refuses('ISCSI_UNEXPECTED_PDU');
    assert.equal(Reflect.get(signal.reason as object, 'code'), 'ISCSI_UNEXPECTED_PDU');
    verifier.answer.resolve(true);
    await bench.login.line.silence();
  });
  test('a target that leaves ends the wait', async () => {
    await using stage = await verifying();
    const { bench, verifier, signal } = stage;
    bench.login.line.close();
    await bench.login.refuses('ISCSI_CONNECTION_LOST');
    assert.ok(signal.aborted);
    verifier.answer.reject(new Error('late'));
  });
  test('the deadline of the login holds while a verifier is asked', async () => {
    await using stage = await verifying();
    const { bench, verifier, signal } = stage;
    await bench.login.bench.clock.advance(15_000);
    await bench.login.refuses('ISCSI_LOGIN_TIMEOUT');
    assert.equal(Reflect.get(signal.reason as object, 'code'), 'ISCSI_LOGIN_TIMEOUT');
    verifier.answer.resolve(true);
    await bench.login.line.silence();
  });
});
