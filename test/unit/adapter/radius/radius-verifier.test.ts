// The RADIUS verifier against a server that a test plays: answers to trust and not to trust, silence, failover, aborts.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { type RadiusVerifierOptions, radiusVerifier } from '../../../../src/adapter/index.ts';
import { toHex } from '../../../../src/base/index.ts';
import { type DatagramLink, type LocalBinding, type TransportDriver, udpDriver } from '../../../../src/engine/index.ts';
import type { ChapProof } from '../../../../src/session/index.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { type AnswerShape, openRadiusServer, type RadiusServer } from '../../../support/radius-server.ts';

const challenge = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const proof: ChapProof = {
  user: 'target',
  algorithm: 'MD5',
  identifier: 7,
  challenge,
  response: createHash('md5').update('secret').digest(),
  initiatorName: 'iqn.2026-11.test:i',
  targetName: 'iqn.2026-11.test:t',
};

interface Asked {
  readonly clock: FakeClock;
  readonly answer: Promise<boolean>;
  readonly abort: AbortController;
}

function ask(servers: readonly RadiusServer[], more: Partial<RadiusVerifierOptions> = {}): Asked {
  const clock = new FakeClock();
  const { secret } = servers[0]!;
  const places = servers.map(({ host, port }) => ({ host, port }));
  const verifier = radiusVerifier({ servers: places, secret, clock, ...more });
  const abort = new AbortController();
  const answer = verifier.check(proof, abort.signal);
  answer.catch(() => undefined);
  return { clock, answer, abort };
}

/** UDP with a count of its open ports. */
class CountedUdp implements TransportDriver {
  readonly #udp = udpDriver();
  readonly name = this.#udp.name;
  openPorts = 0;

  checkBinding(binding: LocalBinding): void {
    this.#udp.checkBinding(binding);
  }

  async connect(): Promise<never> {
    return await Promise.reject(new Error('no circuits'));
  }

  async openDatagrams(...args: Parameters<NonNullable<TransportDriver['openDatagrams']>>): Promise<DatagramLink> {
    const link = await this.#udp.openDatagrams!(...args);
    this.openPorts += 1;
    return {
      local: link.local,
      send: link.send.bind(link),
      close: async () => {
        await link.close();
        this.openPorts -= 1;
      },
    };
  }
}

suite('RADIUS verifier: answers', () => {
  test('RFC 2865 §2.2: an Access-Request with the proof, signed, and an Access-Accept is yes', async () => {
    await using server = await openRadiusServer();
    const { answer, clock } = ask([server]);
    const request = await server.expect();
    assert.equal(request.bytes[0], 1);
    assert.ok(request.isSigned);
    assert.equal([...request.attributes.keys()][0], 80);
    assert.equal(toHex(request.attributes.get(3)!), `07${toHex(proof.response)}`);
    assert.equal(toHex(request.attributes.get(60)!), toHex(challenge));
    assert.equal(request.attributes.get(1)?.toString(), 'target');
    assert.equal(request.attributes.get(30)?.toString(), proof.targetName);
    request.answer();
    assert.equal(await answer, true);
    assert.equal(clock.pendingTimers, 0);
  });
  const refusals: [title: string, shape: AnswerShape, message: RegExp][] = [
    ['an Access-Reject is no', { code: 3 }, /rejected the user "target"$/],
    ['its words are told', { code: 3, replyMessage: 'not\nhere' }, /rejected the user "target": "not\\nhere"$/],
    ['an Access-Challenge is no (RFC 2865 §4.4)', { code: 11 }, /more than CHAP/],
  ];
  for (const [title, shape, message] of refusals) {
    test(title, async () => {
      await using server = await openRadiusServer();
      const { answer } = ask([server]);
      (await server.expect()).answer(shape);
      await assert.rejects(answer, { name: 'RadiusError', code: 'RADIUS_REJECTED', message });
    });
  }
  const forgeries: [title: string, shape: AnswerShape, fault: RegExp][] = [
    ['a wrong Response Authenticator', { responseAuthenticator: 'wrong' }, /wrong Response Authenticator/],
    ['a wrong Message-Authenticator', { messageAuthenticator: 'wrong' }, /wrong Message-Authenticator/],
    ['no Message-Authenticator', { messageAuthenticator: 'none' }, /without Message-Authenticator/],
    ['another identifier', { identifierShift: 1 }, /another request/],
    ['another code', { code: 5 }, /code 5/],
  ];
  for (const [title, shape, fault] of forgeries) {
    test(`RFC 2865 §3: an answer with ${title} is discarded, and a right one behind it taken`, async () => {
      await using server = await openRadiusServer();
      const first = ask([server]);
      const request = await server.expect();
      request.answer(shape);
      request.answer({ code: 3 });
      await assert.rejects(first.answer, { code: 'RADIUS_REJECTED' });
      const alone = ask([server], { waitsMs: [1000] });
      const asked = await server.expect();
      asked.answer({ ...shape, replyMessage: 'forged' });
      await eventuallyTimesOut(alone, fault);
    });
  }
  test('what is no packet at all is discarded', async () => {
    await using server = await openRadiusServer();
    const { answer } = ask([server]);
    const request = await server.expect();
    request.send(Buffer.from('hello'));
    request.answer();
    assert.equal(await answer, true);
  });
  test('an answer without Message-Authenticator is taken where that is allowed, a forged one not', async () => {
    await using server = await openRadiusServer();
    const { answer } = ask([server], { requiresMessageAuthenticator: false });
    const request = await server.expect();
    request.answer({ code: 3, messageAuthenticator: 'wrong' });
    request.answer({ messageAuthenticator: 'none' });
    assert.equal(await answer, true);
  });
});

/** Lets the last wait pass, once what was sent has arrived, and asserts what the check says of it. */
async function eventuallyTimesOut({ clock, answer }: Asked, message: RegExp): Promise<void> {
  await clock.advance(1000);
  await assert.rejects(answer, { name: 'RadiusError', code: 'RADIUS_UNREACHABLE', message });
}

suite('RADIUS verifier: silence', () => {
  test('RFC 2865 §2.5: the same request is sent three times, after 1, 2 and 3 s, and then given up', async () => {
    await using server = await openRadiusServer();
    const transport = new CountedUdp();
    const { answer, clock } = ask([server], { transport });
    const first = await server.expect();
    for (const waitMs of [1000, 2000]) {
      await clock.advance(waitMs - 1);
      assert.equal(server.waiting, 0);
      await clock.advance(1);
      const again = await server.expect();
      assert.deepEqual([toHex(again.bytes), again.port], [toHex(first.bytes), first.port]);
    }
    await clock.advance(3000);
    await assert.rejects(answer, {
      code: 'RADIUS_UNREACHABLE',
      message: `No RADIUS server gave an answer to trust: 127.0.0.1:${server.port} (no answer)`,
    });
    assert.deepEqual([clock.pendingTimers, transport.openPorts, server.waiting], [0, 0, 0]);
  });
  test('a late answer to the first copy counts', async () => {
    await using server = await openRadiusServer();
    const { answer, clock } = ask([server]);
    const first = await server.expect();
    await clock.advance(1000);
    await server.expect();
    first.answer();
    assert.equal(await answer, true);
  });
  test('the next server is asked in its turn, with a request of its own', async () => {
    await using one = await openRadiusServer();
    await using two = await openRadiusServer();
    const { answer, clock } = ask([one, two], { waitsMs: [1000] });
    const first = await one.expect();
    assert.equal(two.waiting, 0);
    await clock.advance(1000);
    const second = await two.expect();
    assert.notEqual(toHex(second.bytes.subarray(4, 20)), toHex(first.bytes.subarray(4, 20)));
    assert.notEqual(second.port, first.port);
    second.answer();
    assert.equal(await answer, true);
  });
  test('a late answer of the server before counts', async () => {
    await using one = await openRadiusServer();
    await using two = await openRadiusServer();
    const { answer, clock } = ask([one, two], { waitsMs: [1000] });
    const first = await one.expect();
    await clock.advance(1000);
    await two.expect();
    first.answer({ code: 3 });
    await assert.rejects(answer, { code: 'RADIUS_REJECTED', server: `127.0.0.1:${one.port}` });
  });
  test('where nobody listens, the next server is asked without a wait', async () => {
    const gone = await openRadiusServer();
    await gone[Symbol.asyncDispose]();
    await using server = await openRadiusServer();
    const { answer, clock } = ask([gone, server]);
    (await server.expect()).answer();
    assert.equal(await answer, true);
    assert.equal(clock.now(), 0);
    await assert.rejects(ask([gone]).answer, { code: 'RADIUS_UNREACHABLE', message: /ECONNREFUSED/ });
  });
  test('a server whose name nobody has is passed over', async () => {
    await using server = await openRadiusServer();
    const { answer } = ask([server], { servers: [{ host: 'no-such.invalid' }, server] });
    (await server.expect()).answer();
    assert.equal(await answer, true);
  });
});

suite('RADIUS verifier: ends', () => {
  test('an abort ends the wait with its reason, and nothing is left of it', async () => {
    await using server = await openRadiusServer();
    const transport = new CountedUdp();
    const { answer, clock, abort } = ask([server], { transport });
    await server.expect();
    assert.equal(transport.openPorts, 1);
    const enough = new Error('enough');
    abort.abort(enough);
    await assert.rejects(answer, enough);
    assert.deepEqual([clock.pendingTimers, transport.openPorts], [0, 0]);
    const late = radiusVerifier({ servers: [server], secret: server.secret, clock }).check(proof, abort.signal);
    await assert.rejects(late, enough);
    assert.equal(server.waiting, 0);
  });
  test('many checks at a time have ports and authenticators of their own', async () => {
    await using server = await openRadiusServer();
    const checks = Array.from({ length: 20 }, () => ask([server]));
    const requests = await Promise.all(checks.map(async () => await server.expect()));
    assert.equal(new Set(requests.map(({ port }) => port)).size, 20);
    assert.equal(new Set(requests.map(({ bytes }) => toHex(bytes.subarray(4, 20)))).size, 20);
    for (const [index, request] of requests.entries()) request.answer({ code: index % 2 === 0 ? 2 : 3 });
    const ends = await Promise.allSettled(checks.map(({ answer }) => answer));
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 10);
  });
  const bad: [argument: string, options: Partial<RadiusVerifierOptions>][] = [
    ['servers', { servers: [] }],
    ['servers', { servers: [{ host: '' }] }],
    ['servers', { servers: [{ host: '127.0.0.1', port: 0 }] }],
    ['secret', { secret: '' }],
    ['waitsMs', { waitsMs: [] }],
    ['waitsMs', { waitsMs: [0] }],
  ];
  for (const [argument, options] of bad) {
    test(`${argument} that cannot be taken are refused: ${JSON.stringify(options)}`, () => {
      const make = (): unknown => radiusVerifier({ servers: [{ host: '127.0.0.1' }], secret: 'x', ...options });
      assert.throws(make, { code: 'ISCSI_BAD_ARGUMENT', argument });
    });
  }
});
