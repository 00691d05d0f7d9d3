// Proof that a program ends by itself once it has closed what it opened: nothing is left that keeps Node alive.

import assert from 'node:assert/strict';
import { inRepository } from './repository.ts';
import { runTool } from './run-tool.ts';

/** The exit status of leak-runner.ts for a program that did not end. */
export const leakStatus = 97;

export interface LeakOptions {
  /** How long the program may take, start-up included; 10 s unless set. */
  readonly limitMs?: number;
  /** What the program finds in process.argv from the third place on. */
  readonly args?: readonly string[];
}

/**
 * Runs a compiled module in a process of its own and returns its standard output. Throws an AssertionError with the
 * resources that kept it alive when it has not ended by itself within the limit, or with its output when it failed.
 */
export async function assertExits(module: string | URL, options: LeakOptions = {}): Promise<string> {
  const limitMs = options.limitMs ?? 10_000;
  const path = typeof module === 'string' ? module : module.pathname;
  const runner = inRepository('dist/test/support/leak-runner.js');
  const args = ['--enable-source-maps', runner, String(limitMs), path, ...(options.args ?? [])];
  // The runner tells what is left at the limit; the extra time is for a program that never yields to it.
  const { status, stdout, stderr } = await runTool(process.execPath, args, { timeoutMs: limitMs + 5_000 });
  assert.notEqual(status, leakStatus, `${path} did not end within ${limitMs} ms: ${stderr}`);
  assert.equal(status, 0, `${path} ended with ${status ?? 'a signal'}: ${stderr}`);
  return stdout;
}
