// A process that has closed its engine exits by itself.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

test('after engine.close no socket and no timer is left, and the process exits by itself', async () => {
  const child = fileURLToPath(new URL('./engine-child.js', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [child], { timeout: 20_000 });
  assert.equal(stderr, '');
  assert.deepEqual(JSON.parse(stdout), { circuits: 5, left: [] });
});
