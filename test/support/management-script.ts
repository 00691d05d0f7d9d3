// Task management as its target sees it: requests in, answers out, in the hands of a test.

import assert from 'node:assert/strict';
import { channels, type EscalationTaken, equalLun, type Lun } from '../../src/base/index.ts';
import type { Session } from '../../src/session/session.ts';
import { opcode, reservedTag, type TaskManagementRequest } from '../../src/wire/index.ts';
import { plainRequest, type SessionBench } from './session-bench.ts';
import type { Heard, TargetLine } from './target-line.ts';

/** A logical unit besides the bench's own. */
export const otherLun: Lun = { high: 0x0004_0000, low: 0 };
export const thirdLun: Lun = { high: 0x0005_0000, low: 0 };

/** The function codes of RFC 7143 §11.5.1. */
export const functions = {
  abortTaskSet: 2,
  clearAca: 3,
  clearTaskSet: 4,
  logicalUnitReset: 5,
  targetWarmReset: 6,
  targetColdReset: 7,
} as const;

/** The next PDU, which must be a task management request for this function (and unit). */
export async function expectFunction(
  line: TargetLine,
  code: number,
  unit?: Lun,
): Promise<Heard<TaskManagementRequest>> {
  const heard = await line.expect(opcode.taskManagementRequest);
  assert.equal(heard.pdu.function, code);
  if (unit !== undefined) assert.ok(equalLun(heard.pdu.lun, unit), 'another unit');
  return heard;
}

/** Answers a request. */
export function answer(line: TargetLine, heard: Heard<TaskManagementRequest>, response = 0): void {
  line.taskManagementResponse(heard.pdu.initiatorTaskTag, { response });
}

/** A NOP-Out that asks nothing back: an acknowledgement. */
export async function expectAcknowledgement(line: TargetLine): Promise<void> {
  const { pdu } = await line.expect(opcode.nopOut);
  assert.equal(pdu.initiatorTaskTag, reservedTag);
  assert.equal(pdu.isImmediate, true);
  assert.equal(pdu.expStatSn, line.statSn);
}

/** A ping; returns what answers it. */
export async function expectPing(line: TargetLine): Promise<() => void> {
  const { pdu } = await line.expect(opcode.nopOut);
  assert.notEqual(pdu.initiatorTaskTag, reservedTag);
  return () => {
    line.nopIn({ initiatorTaskTag: pdu.initiatorTaskTag });
  };
}

/** Commands, each aborted by its own controller. */
export async function stuckCommand(
  bench: SessionBench,
  line: TargetLine,
  unit: Lun,
): Promise<{ done: ReturnType<Session['execute']>; tag: number; abort: (reason: Error) => void }> {
  const controller = new AbortController();
  const { done, tag } = await bench.command(plainRequest({ lun: unit, signal: controller.signal }), line);
  const abort = (reason: Error): void => {
    controller.abort(reason);
  };
  return { done, tag, abort };
}

/** Whether a promise has settled, now. */
export function watch(promise: Promise<unknown>): { isSettled: boolean } {
  const seen = { isSettled: false };
  const settled = (): void => {
    seen.isSettled = true;
  };
  promise.then(settled, settled);
  return seen;
}

/** The steps that a session tells of, by its event and on the channel, which have to agree. */
export function escalationSteps(bench: SessionBench): { taken: [string, Lun | undefined][]; stop: () => void } {
  const taken: [string, Lun | undefined][] = [];
  const published: [string, Lun | undefined][] = [];
  const listener = ({ sessionId, step, lun: unit }: EscalationTaken): void => {
    if (sessionId === bench.session.id) published.push([step, unit]);
  };
  bench.session.events.on('escalated', (step, unit) => taken.push([step, unit]));
  channels.sessionEscalated.subscribe(listener);
  const stop = (): void => {
    channels.sessionEscalated.unsubscribe(listener);
    assert.deepEqual(published, taken);
  };
  return { taken, stop };
}
