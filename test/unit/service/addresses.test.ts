// What the service takes for an address, and what it refuses before it asks anybody for it.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { serverAddress } from '../../../src/service/input/discovery.ts';
import { host } from '../../../src/service/input/fields.ts';

const isTaken = (schema: typeof host, text: string): boolean => schema.safeParse(text).success;

suite('an address', () => {
  test('of a portal is a name or an IP address, and has no port in it', () => {
    for (const text of ['127.0.0.1', 'storage-1.example', '::1', 'fe80::1%eth0', '::ffff:192.0.2.1', 'a_b']) {
      assert.ok(isTaken(host, text), text);
    }
    for (const text of ['', '127.0.0.1:', '127.0.0.1:3260', 'host:3260', '[::1]', 'a b', 'host%eth0', ':', 'a/b']) {
      assert.ok(!isTaken(host, text), text);
    }
  });

  test('of a server may have a port, and no colon without one', () => {
    for (const text of ['127.0.0.1', '127.0.0.1:3205', 'isns.example:3205', '[::1]:3205', '[fe80::1%eth0]', '::1']) {
      assert.ok(isTaken(serverAddress, text), text);
    }
    for (const text of ['', '127.0.0.1:', 'isns.example:', 'face:', '[::1]:', 'isns.example:port', ':3205']) {
      assert.ok(!isTaken(serverAddress, text), text);
    }
  });
});
