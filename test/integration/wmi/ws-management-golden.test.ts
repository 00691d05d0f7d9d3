// Envelopes shaped like those of PowerShell's CIM cmdlets and of Get-WSManInstance, and the answers that the standards give.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { suite, test } from 'node:test';
import { inRepository } from '../../support/repository.ts';
import { openWsmanBench } from '../../support/wsman-bench.ts';
import { goldenCases, goldenTexts } from '../../support/wsman-golden.ts';

suite('golden envelopes', () => {
  const cases = goldenCases();
  for (const { name, request, status, texts, present } of cases) {
    test(`${name}: ${status}, with what the standard says`, async () => {
      await using bench = await openWsmanBench();
      const reply = await bench.post(request);
      assert.equal(reply.status, status, reply.text);
      for (const [path, expected] of Object.entries(texts))
        assert.deepEqual(goldenTexts(reply.text, path), expected, path);
      for (const path of present) assert.notEqual(goldenTexts(reply.text, path).join(''), '', path);
    });
  }

  test('every envelope has its answer', () => {
    const files = readdirSync(inRepository('test/vectors/wsman')).filter((file) => file.endsWith('.xml'));
    assert.deepEqual(files.map((file) => file.replace('.xml', '')).sort(), cases.map(({ name }) => name).sort());
  });
});
