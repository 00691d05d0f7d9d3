// Whether a request may have failed the way it did.

import { BlockError, IscsiError, ScsiError, systemClock } from '../../src/base/index.ts';
import type { DeviceHandle } from '../../src/devices/index.ts';
import type { WriteRecord } from './disk-model.ts';
import { Violation, type World } from './world.ts';

/** One request of a user, while it is under way. */
export interface Attempt {
  readonly name: string;
  readonly step: number;
  readonly handle: DeviceHandle;
  readonly begunAt: number;
  /** When it does something about a signal that its user aborts. */
  readonly signal: AbortSignal | undefined;
}

/** Codes that tell of a mistake of the soak or of Hawser, whatever the target does. */
const mistakes: ReadonlySet<string> = new Set([
  'ISCSI_BAD_ARGUMENT',
  'ISCSI_WRONG_STATE',
  'ISCSI_QUEUE_FULL',
  'BLOCK_OUT_OF_RANGE',
  'BLOCK_READ_ONLY',
  'SCSI_RESIDUAL',
  'SCSI_BAD_DATA',
  'SCSI_UNSUPPORTED',
]);

/** The disk has to be opened again. */
const endsOfDevices: ReadonlySet<string> = new Set([
  'ISCSI_DEVICE_GONE',
  'ISCSI_DEVICE_CHANGED',
  'ISCSI_CLOSED',
  'ISCSI_DRAINING',
  'ISCSI_SESSION_LOST',
]);

/** What a user may hear though nothing worse happened than lost lines and restarts. */
const honestRefusals = [/another change of some of its blocks/, /it would meet what it may have written/];

/** A request begins. */
export function beginAttempt(world: World, name: string, signal?: AbortSignal): Attempt {
  const { step, handle } = world;
  return { name, step, handle, begunAt: systemClock.now(), signal };
}

/** What an error says of the medium. */
export function stateAfter(error: unknown): WriteRecord['state'] & ('none' | 'unknown') {
  return error instanceof IscsiError && error.effect === 'none' ? 'none' : 'unknown';
}

/** A request has failed: throws Violation when it must not have, or not like this. */
export function judge(world: World, attempt: Attempt, error: unknown): void {
  const { name, step, signal, handle } = attempt;
  if (signal?.aborted === true && error === signal.reason) {
    world.count('aborted');
    return;
  }
  world.trace.note(
    `   ${name} of step ${step}: ${error instanceof IscsiError ? `${error.code} ` : ''}${String(error)}`,
  );
  if (!(error instanceof IscsiError)) throw new Violation(`${name} rejected with ${describeError(error)}`);
  world.count(`failed: ${error.code}`);
  if (endsOfDevices.has(error.code) && handle === world.handle) world.isStale = true;
  if (mistakes.has(error.code)) throw new Violation(`${name} rejected with ${describeError(error)}`);
  if (error instanceof ScsiError && error.code === 'SCSI_MISCOMPARE') return;
  if (error.code === 'BLOCK_WRITES_LOST') judgeLoss(world, error);
  else if (world.mood !== 'rough' && !isExcused(world, attempt, error)) {
    throw new Violation(`${name} rejected though all was ${world.mood}: ${describeError(error)}`);
  }
}

function isExcused(world: World, { begunAt }: Attempt, error: IscsiError): boolean {
  if (world.wasLateSince(begunAt)) return true;
  return world.mood === 'benign' && honestRefusals.some((remark) => remark.test(error.message));
}

function judgeLoss(world: World, error: IscsiError): void {
  if (!world.mayHaveLostWrites) throw new Violation(`writes are called lost and nothing happened: ${error.message}`);
}

/** A flush has failed: what it told of lost writes, the model need not expect any more. */
export function takeLosses(world: World, covered: readonly WriteRecord[], error: unknown): void {
  if (error instanceof BlockError && error.code === 'BLOCK_WRITES_LOST') {
    const { offset = 0, length = 0 } = error;
    world.count('writes lost');
    world.model.giveUp(offset, length);
    world.model.promise(covered);
  } else if (error instanceof ScsiError && (error.senseKey === 3 || error.senseKey === 4)) {
    // The device could not write what it had: its caller has been told of everything.
    world.model.giveUp(0, Number.MAX_SAFE_INTEGER);
  }
}

/** An error with its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = error instanceof IscsiError ? ` ${error.code}` : '';
  const cause = error.cause === undefined ? '' : `, because of ${describeError(error.cause)}`;
  return `${error.name}${code}: ${error.message}${cause}`;
}
