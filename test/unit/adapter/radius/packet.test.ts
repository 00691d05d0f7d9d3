// RADIUS packets and what makes them trustworthy, against those of the RFC and of freeradius.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { encodeAccessRequest } from '../../../../src/adapter/radius/access-request.ts';
import {
  answerFault,
  messageAuthenticator,
  responseAuthenticator,
} from '../../../../src/adapter/radius/authenticators.ts';
import { decodePacket, encodePacket, type RadiusPacket } from '../../../../src/adapter/radius/packet.ts';
import { toHex } from '../../../../src/base/index.ts';
import { challengedUser, chapUser, freeradius, radclient, telnetUser } from '../../../vectors/radius.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

function decoded(hex: string): RadiusPacket {
  const packet = decodePacket(bytes(hex));
  assert.ok(packet !== undefined);
  return packet;
}

const values = ({ attributes }: RadiusPacket): [number, string][] =>
  attributes.map(({ type, value }) => [type, toHex(value)]);

/** The packet with one byte changed. */
function changed(hex: string, at: number): Uint8Array {
  const copy = bytes(hex);
  copy[at]! ^= 1;
  return copy;
}

suite('RFC 2865 §3 packets', () => {
  test('§7.2: the Access-Request of a CHAP user is read as the RFC explains it', () => {
    const packet = decoded(chapUser.request);
    assert.deepEqual([packet.code, packet.identifier, toHex(packet.authenticator)], [1, 1, chapUser.authenticator]);
    assert.deepEqual(values(packet), [
      [1, Buffer.from(chapUser.user).toString('hex')],
      [3, chapUser.chapPassword],
      [4, 'c0a80110'],
      [5, '00000014'],
      [6, '00000002'],
      [7, '00000001'],
    ]);
  });
  test('§7.1 to §7.3: what was read is written again as it came', () => {
    for (const hex of [telnetUser.request, telnetUser.answer, chapUser.request, challengedUser, radclient.request]) {
      const { code, identifier, authenticator, attributes } = decoded(hex);
      assert.equal(toHex(encodePacket(code, identifier, authenticator, attributes)), hex);
    }
  });
  test('§3: bytes behind the packet are padding', () => {
    const padded = decodePacket(bytes(`${telnetUser.answer}ffff`));
    assert.equal(toHex(padded?.bytes ?? new Uint8Array()), telnetUser.answer);
  });
  const header = '0201';
  const rest = '00'.repeat(16);
  const none: [title: string, hex: string][] = [
    ['nothing', ''],
    ['less than a header', `${header}0014${rest.slice(2)}`],
    ['a length of less than a header', `${header}0013${rest}`],
    ['a length beyond its end', `${header}0015${rest}`],
    ['more than 4096 bytes', `${header}1001${rest}${'0102'.repeat(2039)}00`],
    ['half the head of an attribute', `${header}0015${rest}01`],
    ['an attribute of length 0', `${header}0016${rest}0100`],
    ['an attribute of length 1', `${header}0016${rest}0101`],
    ['an attribute that ends behind the packet', `${header}0016${rest}0103`],
  ];
  for (const [title, hex] of none) {
    test(`§3: ${title} is no packet`, () => {
      assert.equal(decodePacket(bytes(hex)), undefined);
    });
  }
  test('§3: 20 and 4096 bytes are packets', () => {
    assert.deepEqual(decoded(`${header}0014${rest}`).attributes, []);
    assert.equal(decoded(`${header}1000${rest}${'0102'.repeat(2038)}`).attributes.length, 2038);
  });
});

suite('RFC 2865 §4.1 Access-Request', () => {
  const secret = Buffer.from(radclient.secret);
  const { proof } = radclient;
  const asked = {
    ...proof,
    algorithm: 'MD5',
    challenge: bytes(proof.challenge),
    response: bytes(proof.response),
  } as const;
  const fields = { identifier: radclient.identifier, authenticator: bytes(radclient.authenticator), secret };
  test('§2.2: a proof is asked about as radclient asks, Message-Authenticator included', () => {
    assert.equal(toHex(encodeAccessRequest(asked, fields)), radclient.request);
  });
  test('§5.32: the NAS may have a name of its own, and a discovery session names no target', () => {
    const request = encodeAccessRequest({ ...asked, targetName: undefined }, { ...fields, nasIdentifier: 'nas' });
    const attributes = new Map(values(decoded(toHex(request))));
    assert.equal(attributes.get(32), Buffer.from('nas').toString('hex'));
    assert.equal(attributes.has(30), false);
  });
  test('§5: names of 253 bytes can be asked about, longer ones and other algorithms not', () => {
    assert.equal(encodeAccessRequest({ ...asked, user: 'n'.repeat(253) }, fields).length, 143 + 247);
    const tooLong = { ...asked, user: 'n'.repeat(254) };
    assert.throws(() => encodeAccessRequest(tooLong, fields), { code: 'RADIUS_REJECTED', message: /CHAP_N/ });
    const sha = { ...asked, algorithm: 'SHA-256', response: new Uint8Array(32) } as const;
    assert.throws(() => encodeAccessRequest(sha, fields), { code: 'ISCSI_BAD_ARGUMENT' });
  });
});

suite('RFC 3579 §3.2 trust in answers', () => {
  const secret = Buffer.from(freeradius.secret);
  const to = {
    requestAuthenticator: bytes(freeradius.requestAuthenticator),
    secret,
    requiresMessageAuthenticator: true,
  };
  test('RFC 2865 §7.1: the Response Authenticator of the example', () => {
    const { authenticator: asked } = decoded(telnetUser.request);
    const answer = decoded(telnetUser.answer);
    const own = Buffer.from(telnetUser.secret);
    assert.deepEqual(Buffer.from(answer.authenticator), responseAuthenticator(answer.bytes, asked, own));
    const lax = { requestAuthenticator: asked, secret: own, requiresMessageAuthenticator: false };
    assert.equal(answerFault(answer, lax), undefined);
    assert.match(answerFault(answer, { ...lax, requiresMessageAuthenticator: true }) ?? '', /without Message-Auth/);
  });
  for (const name of ['accept', 'reject'] as const) {
    test(`${name}: an answer of freeradius holds, and not for another secret or request`, () => {
      const answer = decoded(freeradius[name]);
      assert.equal(answerFault(answer, to), undefined);
      assert.ok(answerFault(answer, { ...to, secret: Buffer.from('another') }));
      assert.ok(answerFault(answer, { ...to, requestAuthenticator: new Uint8Array(16) }));
    });
    test(`${name}: no byte of it can be changed`, () => {
      const { length } = bytes(freeradius[name]);
      for (let at = 0; at < length; at += 1) {
        const packet = decodePacket(changed(freeradius[name], at));
        if (packet !== undefined) assert.ok(answerFault(packet, to), `byte ${at}`);
      }
    });
  }
  /** A packet whose Response Authenticator is right, whatever stands in it: what a collision of MD5 gives a forger. */
  function forged(attributes: readonly { readonly type: number; readonly value: Uint8Array }[]): RadiusPacket {
    const packet = encodePacket(2, 7, new Uint8Array(16), attributes);
    packet.set(responseAuthenticator(packet, to.requestAuthenticator, secret), 4);
    return decodePacket(packet)!;
  }
  const zero = { type: 80, value: new Uint8Array(16) };
  const forgeries: [title: string, packet: RadiusPacket, fault: RegExp][] = [
    ['no Message-Authenticator', forged([]), /without Message-Auth/],
    ['a wrong one', forged([zero]), /wrong Message-Auth/],
    ['a short one', forged([{ type: 80, value: new Uint8Array(15) }]), /malformed Message-Auth/],
    ['two', forged([zero, zero]), /malformed Message-Auth/],
  ];
  for (const [title, packet, fault] of forgeries) {
    test(`an answer with a right Response Authenticator and ${title} is not trusted`, () => {
      assert.match(answerFault(packet, to) ?? '', fault);
    });
  }
  test('where it need not be there, a wrong one is still a fault', () => {
    const lax = { ...to, requiresMessageAuthenticator: false };
    assert.equal(answerFault(forged([]), lax), undefined);
    assert.match(answerFault(forged([zero]), lax) ?? '', /wrong Message-Auth/);
  });
  test('§3.2: it is made over the packet with its own value zero', () => {
    const packet = bytes(radclient.request);
    const found = toHex(packet.subarray(22, 38));
    packet.fill(0, 22, 38);
    assert.equal(toHex(messageAuthenticator(packet, Buffer.from(radclient.secret))), found);
  });
});
