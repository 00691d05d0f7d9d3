// Messages that are damaged, or made of pieces of others: whatever they are, there is an answer, and none is an accident.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { EnumerationContexts } from '../../../../src/wmi/ws-management/enumeration-contexts.ts';
import {
  type HandledMessage,
  handleMessage,
  type MessageDesk,
} from '../../../../src/wmi/ws-management/handle-message.ts';
import { resolveLimits } from '../../../../src/wmi/ws-management/limits.ts';
import { Subscriptions } from '../../../../src/wmi/ws-management/subscriptions.ts';
import { parseXml } from '../../../../src/wmi/ws-management/xml/parse-xml.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { makeWsmanWorld } from '../../../support/wsman-bench.ts';
import { goldenCases } from '../../../support/wsman-golden.ts';

function openDesk(): MessageDesk {
  const { repository } = makeWsmanWorld();
  const clock = new FakeClock();
  const limits = resolveLimits({ subscriptions: 100_000, enumerations: 100_000 });
  const endpoint = {
    repository,
    clock,
    limits,
    enumerations: new EnumerationContexts<never>(clock, limits.enumerations),
    subscriptions: new Subscriptions<never>(clock, limits),
  };
  return {
    endpoint: endpoint as unknown as MessageDesk['endpoint'],
    identity: { version: '1', isTls: false },
    host: 'host',
    newId: () => 'uuid:1',
  };
}

async function handle(desk: MessageDesk, message: string | Uint8Array): Promise<HandledMessage> {
  return await handleMessage(desk, {
    body: Buffer.from(message as Uint8Array),
    contentType: 'application/soap+xml',
    isAuthenticated: true,
    signal: new AbortController().signal,
  });
}

/** What must hold of every answer: it is XML, its status is one of four, and nothing in it was unforeseen. */
function check({ status, body, contentType, unforeseen }: HandledMessage): void {
  assert.equal(unforeseen, undefined);
  assert.ok([200, 400, 500].includes(status), String(status));
  const encoding = contentType.includes('UTF-16') ? 'utf-16le' : 'utf-8';
  if (encoding === 'utf-8') parseXml(new TextDecoder(encoding).decode(body));
}

suite('messages from strangers', () => {
  const requests = goldenCases().map(({ request }) => request);
  const runs = Number(process.env['HAWSER_WSMAN_FUZZ'] ?? 150);

  test('an envelope that is cut, or has something inserted or left out anywhere, is answered', async () => {
    const desk = openDesk();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...requests),
        fc.nat(4000),
        fc.nat(40),
        fc.oneof(fc.constant(''), fc.string({ unit: 'binary', maxLength: 6 })),
        async (request, at, length, inserted) => {
          const place = at % request.length;
          check(await handle(desk, `${request.slice(0, place)}${inserted}${request.slice(place + length)}`));
        },
      ),
      { numRuns: runs },
    );
  });

  test('an envelope made of the headers and bodies of others is answered', async () => {
    const desk = openDesk();
    const pieces = requests.flatMap((request) => request.match(/<(\w+:\w+)[^<>]*>[^<>]*<\/\1>/g) ?? []);
    const [start = ''] = /^<s:Envelope[^>]*>/.exec(requests[0] ?? '') ?? [];
    const some = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((chosen) => chosen.join(''));
    await fc.assert(
      fc.asyncProperty(some, some, async (headers, body) => {
        const message = `${start}<s:Header>${headers}</s:Header><s:Body><n:Enumerate>${body}</n:Enumerate></s:Body></s:Envelope>`;
        check(await handle(desk, message));
      }),
      { numRuns: runs },
    );
  });

  test('octets of any kind are answered', async () => {
    const desk = openDesk();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (octets) => {
        const { unforeseen, status } = await handle(desk, octets);
        assert.deepEqual([unforeseen, status], [undefined, 400]);
      }),
      { numRuns: runs },
    );
  });
});
