// A portal as text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePortal } from '../../../src/base/index.ts';

test('a portal is a host with a port, 3260 unless given', () => {
  assert.deepEqual(parsePortal('h'), { host: 'h', port: 3260 });
  assert.deepEqual(parsePortal('192.0.2.1:1'), { host: '192.0.2.1', port: 1 });
  assert.deepEqual(parsePortal('[::1]:65535'), { host: '::1', port: 65_535 });
  for (const text of ['', 'h:', '::1', 'h:99999', 'a b', 'h/x']) {
    assert.throws(() => parsePortal(text), { code: 'ISCSI_BAD_URL', argument: 'host' }, text);
  }
});
