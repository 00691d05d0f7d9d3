// Programs are run to their end, or ended.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { runTool, toolOutput } from '../support/run-tool.ts';

suite('runTool', () => {
  test('returns status, output and errors of a program, and feeds its input', async () => {
    const script = 'process.stdin.pipe(process.stdout); console.error("said"); process.exitCode = 3';
    const result = await runTool(process.execPath, ['-e', script], { input: 'fed' });
    assert.deepEqual(result, { status: 3, stdout: 'fed', stderr: 'said\n' });
  });

  test('kills a program at its deadline', async () => {
    const forever = ['-e', 'setInterval(() => undefined, 1000)'];
    await assert.rejects(runTool(process.execPath, forever, { timeoutMs: 300 }), /ran for more than 300 ms/);
  });

  test("rejects with the signal's own reason when aborted", async () => {
    const reason = new Error('enough');
    const forever = ['-e', 'setInterval(() => undefined, 1000)'];
    await assert.rejects(runTool(process.execPath, forever, { signal: AbortSignal.abort(reason) }), reason);
  });

  test('shows what a program said when it had to succeed and did not', async () => {
    await assert.rejects(
      toolOutput(process.execPath, ['-e', 'console.error("why"); process.exit(4)']),
      /ended with 4: why/,
    );
  });

  test('rejects for a program that is not there', async () => {
    await assert.rejects(toolOutput('/nonexistent/program', []));
  });
});
