// Logout from LIO, the Linux kernel's target, in every state that a session can be in: it ends by its deadline, a second
// call gets the first one's result, no session is left at LIO, and nothing here keeps the process.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { assertExits } from '../support/leak-check.ts';
import { kernelFault } from '../support/lio-fault.ts';
import { type LioVm, startLio } from '../support/lio-vm.ts';
import { linuxVm, skipWithout } from '../support/peers.ts';
import type { LogoutOutcome } from './lio-logout-child.ts';

const child = new URL('./lio-logout-child.js', import.meta.url);

/** drainTimeoutMs and logoutTimeoutMs of the child, and a second for a busy machine. */
const deadlineMs = 1000 + 4000 + 1000;

/** The states, and whether LIO can be reached in them, so that it confirms the logout. */
const states = [
  { how: 'full feature', isReachable: true },
  { how: 'recovery', isReachable: true },
  { how: 'between reconnects', isReachable: true },
  { how: 'unreachable and back', isReachable: true },
  { how: 'unreachable', isReachable: false },
  { how: 'silent', isReachable: false },
] as const;

suite('logout from LIO', { skip: skipWithout([linuxVm]) }, () => {
  let lio: LioVm;
  before(async () => {
    lio = await startLio({ sizeMib: 4 });
  });
  after(async () => {
    await lio[Symbol.asyncDispose]();
  });

  async function leave(how: string, isReachable: boolean, index: number): Promise<void> {
    const target = await lio.addTarget(`logout${index}`);
    const printed = await assertExits(child, { args: [how, String(lio.port), target.targetName], limitMs: 25_000 });
    const { isClean, code, tookMs, isSame } = JSON.parse(printed) as LogoutOutcome;
    assert.equal(isClean, isReachable, code);
    assert.ok(tookMs <= deadlineMs, `${tookMs} ms`);
    assert.ok(isSame);
    // LIO sees the end of the child's connections two seconds later.
    await eventually(
      () => target.sessions(),
      (sessions) => sessions.length === 0,
    );
  }

  suite('of a session with two connections', { concurrency: true }, () => {
    states.forEach(({ how, isReachable }, index) => {
      const end = isReachable ? 'is confirmed' : 'ends without LIO';
      test(`§11.14 ${how}: ${end}, by its deadline, and leaves nothing behind`, async (t) => {
        try {
          await leave(how, isReachable, index);
        } catch (error) {
          const fault = await kernelFault(lio);
          if (fault === undefined) throw error;
          t.skip(`LIO has failed: ${fault}`);
        }
      });
    });
  });

  test('afterwards LIO has no session and no connection', async (t) => {
    const fault = await kernelFault(lio);
    if (fault === undefined) await lio.settled();
    else t.skip(`LIO has failed: ${fault}`);
  });
});
