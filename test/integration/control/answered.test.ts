// What the owner of a control server hears of its answers, for logs and metrics.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type AnswerFacts, type ControlHooks, openControlServer } from 'hawser/control';
import { deferred, nextTurn } from '../../../src/base/index.ts';
import { type FakeAnswers, fakeService } from '../../support/fake-initiator-service.ts';
import { ask } from '../../support/raw-http.ts';
import { makeTempDir } from '../../support/temp.ts';

const sessionId = 'ffff000000000000-4000000000000001';
const sessionPath = `/v1/sessions/${sessionId}`;

async function open(
  hooks: ControlHooks,
  answers: FakeAnswers = {},
): Promise<AsyncDisposable & { readonly socketPath: string; readonly calls: ReturnType<typeof fakeService>['calls'] }> {
  const folder = await makeTempDir();
  const socketPath = folder.file('s');
  const { service, calls } = fakeService(answers);
  const server = await openControlServer({ service, socketPath, hooks });
  return {
    socketPath,
    calls,
    async [Symbol.asyncDispose]() {
      await server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

suite('what the owner hears of answers', () => {
  test('names what a request was about, and nothing else of it', async () => {
    const heard: AnswerFacts[] = [];
    await using server = await open({ onAnswer: (facts) => heard.push(facts) });
    const { socketPath } = server;
    const headers = { 'content-type': 'application/json' };
    await ask({ socketPath, method: 'DELETE', path: `${sessionPath}?force=true` });
    const secret = JSON.stringify({ secret: 'correct horse battery' });
    await ask({ socketPath, method: 'PUT', path: '/v1/secrets/radius', headers }, secret);
    await ask(
      { socketPath, method: 'POST', path: '/v1/sessions', headers },
      JSON.stringify({ targetName: 'correct horse', x: 1 }),
    );
    while (heard.length < 3) await nextTurn();
    assert.deepEqual(
      heard.map(({ operation, about }) => ({ operation, about })),
      [
        { operation: 'logout', about: { sessionId } },
        { operation: 'setRadiusSecret', about: {} },
        // Refused as wrong: what names nothing may be a secret in the wrong place.
        { operation: 'login', about: {} },
      ],
    );
  });

  test('a client that gave up had no success: 499 and SERVICE_TIMEOUT', async () => {
    const { promise: heard, resolve: onAnswer } = deferred<AnswerFacts>();
    const hangs = async (_input: unknown, { signal }: { readonly signal?: AbortSignal }): Promise<never> =>
      await new Promise((_resolve, reject) => signal?.addEventListener('abort', reject));
    await using server = await open({ onAnswer }, { session: hangs });
    let request: { destroy(): void } | undefined;
    const asked = ask({ socketPath: server.socketPath, path: sessionPath }, undefined, (made) => {
      request = made;
    }).catch(() => undefined);
    while (server.calls.length === 0) await nextTurn();
    request?.destroy();
    await asked;
    const { operation, about, status, code } = await heard;
    assert.deepEqual([operation, about, status, code], ['session', { sessionId }, 499, 'SERVICE_TIMEOUT']);
  });
});
