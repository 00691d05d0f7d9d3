// The one sequence by which devices are let go: ask, veto or cancel, drain, flush, remove.

import { asIscsiError, type Clock, DeviceBusyError, type HolderFacts, type IscsiError, sleep } from '../base/index.ts';
import type { Device, UnknownWrite } from './device.ts';
import type { Hold } from './hold.ts';
import type { RemovalReason, RemoveRequest } from './holder.ts';

/** The limits of a removal: each step has one of its own, so that a removal always ends. */
export interface RemovalLimits {
  /** How long holders may take to let go, or to say that they will not. */
  readonly askTimeoutMs: number;
  /** How long requests of handles that are closed by force may take before they are given up. */
  readonly drainTimeoutMs: number;
  /** How long flushing may take. */
  readonly flushTimeoutMs: number;
}

/** Options of a removal; limits that are not given are those of the device stack. */
export interface RemovalOptions extends Partial<RemovalLimits> {
  /** Goes on although devices are held or cannot be flushed; the report says what that meant. */
  readonly force?: boolean;
}

/** @internal */
export interface ResolvedRemoval extends RemovalLimits {
  readonly isForced: boolean;
}

/** What a removal cost. All of it is empty unless it was forced. */
export interface RemovalReport {
  /** Whose handles were closed although they were in use. */
  readonly holders: readonly HolderFacts[];
  /** What was being written then and may have reached the medium or not. */
  readonly unknownWrites: readonly UnknownWrite[];
  /** What could not be flushed, and why. */
  readonly flushErrors: readonly { readonly device: string; readonly error: IscsiError }[];
}

/** What a removal needs from around it. */
export interface RemovalSurroundings {
  readonly clock: Clock;
  readonly reason: RemovalReason;
  /** Whether the session is lost, so that nothing can be flushed. */
  readonly isLost: () => boolean;
  /** Makes every request to these devices that is under way end soon, because it was not done in `limitMs`. */
  readonly giveUp: (devices: readonly Device[], limitMs: number) => void;
  /** How long that may take, until the requests are left to themselves. */
  readonly giveUpTimeoutMs: number;
}

/**
 * Lets devices go. Those that the target has taken away or exchanged go in any case: their holders are told, and waited
 * for, but have nothing to refuse, and their handles fail by themselves. Every other holder that can be asked is asked,
 * all side by side; one that cannot be, or will not, is enough to refuse, and then everything stays as it was and whoever
 * has not refused is told so. Then caches are flushed and the devices are gone. Rejects with DeviceBusyError
 * ISCSI_DEVICE_BUSY, which names every holder, or with what a flush failed with. With `force` neither stops it.
 */
export async function removeDevices(
  devices: readonly Device[],
  options: ResolvedRemoval,
  surroundings: RemovalSurroundings,
): Promise<RemovalReport> {
  const asked: Asked[] = [];
  for (const device of devices) if (device.state !== 'gone') device.move('removalStarted');
  try {
    await ask(devices, options, surroundings, asked);
    const { holders, unknownWrites } = await drain(devices, options, surroundings);
    const flushErrors = await flush(devices, options, surroundings);
    for (const device of devices) device.finish();
    return { holders, unknownWrites, flushErrors };
  } catch (error) {
    for (const device of devices) cancel(device, surroundings.isLost());
    for (const { device, hold, request } of asked) if (!device.isOver) hold.tellCanceled(request);
    throw error;
  }
}

function cancel(device: Device, isLost: boolean): void {
  if (device.state === 'gone') return;
  device.move('removalCanceled');
  if (isLost && device.state === 'present') device.move('sessionLost');
}

/** A holder that was asked and has not refused, although it may have been silent. */
interface Asked {
  readonly device: Device;
  readonly hold: Hold;
  readonly request: RemoveRequest;
}

async function ask(
  devices: readonly Device[],
  { isForced, askTimeoutMs }: ResolvedRemoval,
  { clock, reason }: RemovalSurroundings,
  asked: Asked[],
): Promise<void> {
  const holds = devices.flatMap((device) => device.holds.map((hold) => ({ device, hold })));
  const refusing = holds.filter(({ device }) => !device.isOver);
  // Where the refusal is certain, nobody is disturbed for nothing.
  if (!isForced && refusing.some(({ hold }) => !hold.canBeAsked)) throw busy(refusing.map(({ hold }) => hold));
  const answers = holds
    .filter(({ hold }) => hold.canBeAsked)
    .map(async ({ device, hold }) => {
      const request = requestTo(device, reason, isForced, askTimeoutMs);
      if ((await hold.ask(request, clock)) !== 'refused') asked.push({ device, hold, request });
    });
  await Promise.all(answers);
  const left = devices.filter((device) => !device.isOver).flatMap((device) => device.holds);
  if (left.length > 0 && !isForced) throw busy(left);
}

/** Tells the holders of a device that is over, those that can be told, so that they let go of it. Nobody waits for them. */
export function tellHolders(device: Device, reason: RemovalReason): void {
  const request = requestTo(device, reason, true, 0);
  for (const hold of device.holds) if (hold.canBeAsked) hold.tell(request);
}

function requestTo(device: Device, reason: RemovalReason, isForced: boolean, answerWithinMs: number): RemoveRequest {
  const { name, lun, isOver } = device;
  return { device: name, lun, reason, isForced: isForced || isOver, answerWithinMs };
}

/** Closes what is open, which waits for its requests; those that take too long are given up, and then left. */
async function drain(
  devices: readonly Device[],
  { drainTimeoutMs }: ResolvedRemoval,
  { clock, giveUp, giveUpTimeoutMs }: RemovalSurroundings,
): Promise<Pick<RemovalReport, 'holders' | 'unknownWrites'>> {
  const holds = devices.flatMap((device) => device.holds);
  const holders = holds.map((hold) => hold.facts);
  const patience = new AbortController();
  const released = devices.map((device) => (device.isOver ? device.settle() : device.revoke()));
  const revoked = Promise.all(released).then(() => true);
  const late = async (limitMs: number): Promise<boolean> => {
    await sleep(clock, limitMs, patience.signal).catch(() => undefined);
    return false;
  };
  if (!(await Promise.race([revoked, late(drainTimeoutMs)]))) {
    giveUp(devices, drainTimeoutMs);
    await Promise.race([revoked, late(giveUpTimeoutMs)]);
  }
  patience.abort();
  return { holders, unknownWrites: holds.flatMap(unknownWritesOf) };
}

async function flush(
  devices: readonly Device[],
  { isForced, flushTimeoutMs }: ResolvedRemoval,
  { isLost }: RemovalSurroundings,
): Promise<RemovalReport['flushErrors']> {
  const errors: { device: string; error: IscsiError }[] = [];
  const flushes = devices.map(async (device) => {
    try {
      await device.flush(flushTimeoutMs, isLost());
    } catch (error) {
      errors.push({ device: device.name, error: asIscsiError(error) });
    }
  });
  await Promise.all(flushes);
  const [first] = errors;
  if (first !== undefined && !isForced) throw first.error;
  return errors;
}

function unknownWritesOf({ facts, handle }: Hold): UnknownWrite[] {
  const { device, label } = facts;
  return (handle?.unknownChanges ?? []).map(({ offset, length }) => ({ device, label, offset, length }));
}

function busy(holds: readonly Hold[]): DeviceBusyError {
  const holders = holds.map((hold) => hold.facts);
  const names = holders.map(({ device, label, pid, reason }) => {
    return `${device} by ${label} (pid ${pid})${reason === undefined ? '' : `: ${reason}`}`;
  });
  return new DeviceBusyError(`In use: ${names.join('; ')}`, { holders });
}
