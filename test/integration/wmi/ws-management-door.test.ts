// Whom WS-Management lets in, and what it makes of what is no message.

import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { suite, test } from 'node:test';
import { UsageError } from '../../../src/base/index.ts';
import { openWsManagement } from '../../../src/wmi/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { ask, type RawAnswer } from '../../support/raw-http.ts';
import { tlsTestFiles } from '../../support/tls-test-files.ts';
import {
  basic,
  makeWsmanWorld,
  openWsmanBench,
  textsAt,
  type WsmanReply,
  wsmanPassword,
  wsmanUser,
} from '../../support/wsman-bench.ts';
import { actions, enumerateBody, envelope, keyOfA, namespaces } from '../../support/wsman-envelopes.ts';

const identify =
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">' +
  '<s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>';

function faultOf({ text }: WsmanReply): string {
  const [subcode = ''] = textsAt(text, 'Envelope/Body/Fault/Code/Subcode/Value');
  const [detail = ''] = textsAt(text, 'Envelope/Body/Fault/Detail/FaultDetail');
  return detail === '' ? subcode : `${subcode} ${detail.split('/').at(-1) ?? ''}`;
}

suite('who is let in', () => {
  test('nobody without credentials, or with others: 401 that names Basic, and nothing is done', async () => {
    await using bench = await openWsmanBench({ limits: { refusalDelayMs: 0 } });
    const wrong = [
      undefined,
      basic(wsmanUser, 'another password'),
      basic('other', wsmanPassword),
      basic(wsmanUser, ''),
      basic(`${wsmanUser}:${wsmanPassword}`, ''),
      'Basic !!!',
      'Negotiate abc',
    ];
    for (const authorization of wrong) {
      const reply = await bench.post(envelope({ selectors: keyOfA }), { authorization });
      assert.equal(reply.status, 401, authorization);
      assert.match(String(reply.headers['www-authenticate']), /^Basic realm="WSMAN"/);
      assert.equal(reply.text, '');
    }
    assert.equal((await bench.post(envelope({ selectors: keyOfA }))).status, 200);
  });

  test('who is asked for credentials gives them on the same connection, unless too much is on its way', async () => {
    await using bench = await openWsmanBench({ limits: { envelopeLength: 8192 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { port } = bench.server;
    const sockets = new Set<unknown>();
    const post = async (headers: Record<string, string>, body: string): Promise<RawAnswer> =>
      await ask({ host: '127.0.0.1', port, path: '/wsman', method: 'POST', agent, headers }, body, (request) => {
        request.once('socket', (socket) => sockets.add(socket));
      });
    const headers = { 'content-type': 'application/soap+xml' };
    assert.equal((await post(headers, identify)).status, 401);
    const shown = await post({ ...headers, authorization: basic(wsmanUser, wsmanPassword) }, identify);
    assert.equal(shown.status, 200);
    assert.equal(sockets.size, 1);
    const tooMuch = await post(headers, 'x'.repeat(8193));
    assert.deepEqual([tooMuch.status, tooMuch.headers['connection']], [401, 'close']);
    agent.destroy();
  });

  test('who has wrong credentials waits for the answer; who has none does not', async () => {
    const clock = new FakeClock();
    await using bench = await openWsmanBench({ clock });
    assert.equal((await bench.post(identify, { authorization: undefined })).status, 401);
    let isAnswered = false;
    const guess = bench.post(identify, { authorization: basic(wsmanUser, 'guess') }).then((reply) => {
      isAnswered = true;
      return reply;
    });
    while (clock.pendingTimers === 0) await clock.advance(0);
    assert.equal(isAnswered, false);
    clock.jump(1000);
    assert.equal((await guess).status, 401);
  });

  test('who waits so does not keep the endpoint from its end', async () => {
    const clock = new FakeClock();
    const bench = await openWsmanBench({ clock });
    const guess = bench.post(identify, { authorization: basic(wsmanUser, 'guess') });
    guess.catch(() => undefined);
    while (clock.pendingTimers === 0) await clock.advance(0);
    await bench.server.close();
    assert.equal(clock.pendingTimers, 0);
    await guess.catch(() => undefined);
  });

  test('on the loopback, no Host that is none of ours', async () => {
    await using bench = await openWsmanBench();
    const reply = await bench.post(identify, { host: 'evil.example:5985' });
    assert.equal(reply.status, 421);
    for (const host of ['localhost:5985', '127.0.0.1', '[::1]:80'])
      assert.equal((await bench.post(identify, { host })).status, 200, host);
  });

  test('an address that others can reach needs TLS; a user has no colon, a password 12 bytes', async () => {
    const { repository } = makeWsmanWorld();
    const good = {
      repository,
      listen: { host: '127.0.0.1', port: 0 },
      credentials: { user: 'u', password: 'twelve bytes' },
      version: '1',
    };
    for (const [change, argument] of [
      [{ listen: { host: '0.0.0.0', port: 0 } }, 'tls'],
      [{ listen: { host: 'example.org', port: 0 } }, 'tls'],
      [{ credentials: { user: 'u', password: 'eleven byte' } }, 'credentials'],
      [{ credentials: { user: 'a:b', password: 'twelve bytes' } }, 'credentials'],
      [{ credentials: { user: '', password: 'twelve bytes' } }, 'credentials'],
      [{ tls: { cert: 'none', key: 'none' } }, 'tls'],
    ] as const) {
      await assert.rejects(openWsManagement({ ...good, ...change }), (error) => {
        assert.ok(error instanceof UsageError);
        assert.equal(error.code, 'ISCSI_BAD_ARGUMENT');
        assert.equal(error.argument, argument);
        return true;
      });
    }
    await using first = await openWsManagement(good);
    const taken = { ...good, listen: { host: '127.0.0.1', port: first.port } };
    await assert.rejects(openWsManagement(taken), { code: 'ISCSI_CONNECT_FAILED' });
  });

  test('with TLS, the same over https', async () => {
    const { cert, key } = tlsTestFiles();
    await using bench = await openWsmanBench({ tls: { cert, key } });
    assert.match(bench.server.url, /^https:\/\/127\.0\.0\.1:\d+\/wsman$/);
    const text = await new Promise<string>((resolve, reject) => {
      const headers = { 'content-type': 'application/soap+xml', authorization: basic(wsmanUser, wsmanPassword) };
      const options = {
        method: 'POST',
        headers,
        ca: cert,
        servername: 'localhost',
        checkServerIdentity: () => undefined,
      };
      const request = httpsRequest(bench.server.url, { ...options, agent: false }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => {
          resolve(Buffer.concat(pieces).toString());
        });
      });
      request.on('error', reject);
      request.end(identify);
    });
    assert.match(text, /secprofile\/https\/basic/);
  });
});

suite('Identify (DSP0226 §11)', () => {
  const path = 'Envelope/Body/IdentifyResponse';

  test('says which protocol is spoken, by what, and how to log in', async () => {
    await using bench = await openWsmanBench();
    const { status, text } = await bench.post(identify);
    assert.equal(status, 200);
    assert.deepEqual(textsAt(text, `${path}/ProtocolVersion`), ['http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd']);
    assert.deepEqual(textsAt(text, `${path}/ProductVendor`), ['Hawser']);
    assert.deepEqual(textsAt(text, `${path}/ProductVersion`), ['1.2.3']);
    assert.deepEqual(textsAt(text, `${path}/SecurityProfiles/SecurityProfileName`), [
      'http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/http/basic',
    ]);
  });

  test('without credentials only where that is allowed and asked for, without the product, and nothing else', async () => {
    const anonymous = { authorization: undefined, wsmanidentify: 'unauthenticated' };
    await using closed = await openWsmanBench();
    assert.equal((await closed.post(identify, anonymous)).status, 401);
    await using open = await openWsmanBench({ allowsAnonymousIdentify: true });
    assert.equal((await open.post(identify, { authorization: undefined })).status, 401);
    const { status, text } = await open.post(identify, anonymous);
    assert.equal(status, 200);
    assert.equal(textsAt(text, `${path}/ProtocolVersion`).length, 1);
    assert.deepEqual(textsAt(text, `${path}/ProductVendor`), []);
    const more = await open.post(envelope({ selectors: keyOfA }), anonymous);
    assert.equal(more.status, 401);
    assert.equal(faultOf(more), 'wsman:AccessDenied');
    assert.match(String(more.headers['www-authenticate']), /^Basic/);
  });
});

suite('what is no message', () => {
  test('another path, method or type: 404, 405, 415', async () => {
    await using bench = await openWsmanBench();
    const { port } = bench.server;
    const authorization = basic(wsmanUser, wsmanPassword);
    const to = async (path: string, method: string): Promise<number> =>
      (await ask({ host: '127.0.0.1', port, path, method, headers: { authorization } })).status;
    assert.equal(await to('/', 'POST'), 404);
    assert.equal(await to('/wsman', 'GET'), 405);
    assert.equal(await to('/wsman/', 'DELETE'), 405);
    assert.equal((await bench.post('{}', { 'content-type': 'application/json' })).status, 415);
  });

  test('more octets than the bound: wsman:EncodingLimit ServiceEnvelopeLimit', async () => {
    await using bench = await openWsmanBench({ limits: { envelopeLength: 8192 } });
    const reply = await bench.post(`${identify}${' '.repeat(8192)}`);
    assert.equal(reply.status, 400);
    assert.equal(faultOf(reply), 'wsman:EncodingLimit ServiceEnvelopeLimit');
  });

  test('no XML, no envelope, another SOAP, another charset: a fault each', async () => {
    await using bench = await openWsmanBench();
    for (const [message, fault] of [
      ['', 'wsman:SchemaValidationError'],
      ['hello', 'wsman:SchemaValidationError'],
      ['<a/>', 'wsman:SchemaValidationError'],
      ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'wsman:SchemaValidationError'],
      [`<s:Envelope ${namespaces}><s:Header/></s:Envelope>`, 'wsman:SchemaValidationError'],
    ] as const) {
      const reply = await bench.post(message);
      assert.equal(reply.status, 400, message);
      assert.equal(faultOf(reply), fault, message);
    }
    const latin = await bench.post(identify, { 'content-type': 'application/soap+xml; charset=iso-8859-1' });
    assert.equal(faultOf(latin), 'wsman:EncodingLimit CharacterSet');
    const broken = await bench.post(Buffer.from([0x3c, 0xff, 0x3e]));
    assert.equal(faultOf(broken), 'wsman:EncodingLimit CharacterSet');
    const old = await bench.post(
      '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
    );
    assert.equal(old.status, 500);
    assert.deepEqual(textsAt(old.text, 'Envelope/Body/Fault/Code/Value'), ['s:VersionMismatch']);
    assert.deepEqual(textsAt(old.text, 'Envelope/Header/Upgrade/SupportedEnvelope/@qname'), ['s:Envelope']);
  });

  test('a request in UTF-16 is answered in UTF-16, of either order and however it says so', async () => {
    await using bench = await openWsmanBench();
    const little = Buffer.from(`\ufeff${identify}`, 'utf16le');
    const big = Buffer.from(little).swap16();
    for (const [body, type] of [
      [little, 'application/soap+xml;charset=UTF-16'],
      [little, 'application/soap+xml'],
      [little.subarray(2), 'application/soap+xml; charset="utf-16"'],
    ] as const) {
      const reply = await bench.post(body, { 'content-type': type });
      assert.equal(reply.status, 200);
      assert.equal(reply.headers['content-type'], 'application/soap+xml;charset=UTF-16');
      assert.deepEqual(textsAt(reply.text, 'Envelope/Body/IdentifyResponse/ProductVendor'), ['Hawser']);
    }
    const reply = await bench.post(big);
    assert.equal(reply.status, 200);
    const swapped = Buffer.from(reply.text, 'utf16le')
      .swap16()
      .toString('utf16le')
      .replace(/^\ufeff/, '');
    assert.deepEqual(textsAt(swapped, 'Envelope/Body/IdentifyResponse/ProductVendor'), ['Hawser']);
  });

  test('the owner hears of every answer, and of nothing that was in the message', async () => {
    await using bench = await openWsmanBench({ limits: { refusalDelayMs: 0 } });
    await bench.post(envelope({ action: actions.enumerate, body: enumerateBody() }));
    await bench.post(envelope({ selectors: { InstanceName: 'secret' } }));
    await bench.post(identify, { authorization: basic('x', 'y') });
    const said = bench.answers as { operation?: string; status: number; fault?: string }[];
    assert.deepEqual(
      said.map(({ operation, status, fault }) => [operation, status, fault]),
      [
        ['Enumerate', 200, undefined],
        ['Get', 400, 'DestinationUnreachable'],
        [undefined, 401, 'AccessDenied'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(said), /secret/);
  });
});
