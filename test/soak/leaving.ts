// The ways in which a session or its disk is given up and taken up again. Nothing else begins meanwhile; requests that
// were under way go on.

import { DeviceBusyError, IscsiError, sleep, systemClock } from '../../src/base/index.ts';
import type { DeviceHandle, RemovalReport } from '../../src/devices/index.ts';
import type { InitiatorSession } from '../../src/index.ts';
import type { WriteRecord } from './disk-model.ts';
import { describeError, takeLosses } from './judge.ts';
import type { LeaveHow, Operation } from './plan.ts';
import { Violation, type World } from './world.ts';

/** What a target may still have of a session for a while after its last connection was closed. */
const forgettingMs = 8000;

/** Leaves the session in one of its ways and logs in again, unless the way is to be refused. */
export async function leave(world: World, how: LeaveHow): Promise<void> {
  const { session } = world;
  if (how === 'veto') {
    // A session that leaves because its target asked for it cannot be kept by a holder.
    if (session.state !== 'loggedIn' && session.state !== 'failed') world.disturb('rough');
    await requireVeto(world, session.logout());
    if (session.state !== 'free') return;
  } else if (how === 'destroy') {
    world.disturb('rough');
    session.destroy();
    await session.closed;
  } else if (how === 'close') {
    world.disturb('rough');
    await session.close();
  } else {
    await logOut(world, how);
  }
  world.count(`left: ${how}`);
  requireNothingLeft(session);
  await world.handle.close();
  await world.login();
}

/** Logs out as a user does who wants nothing lost, and by force when that cannot be. */
export async function logOut(world: World, how: 'closed' | 'agreed' | 'forced'): Promise<void> {
  const { session, handle } = world;
  if (how === 'closed') await handle.close();
  if (how === 'agreed') world.onRemoveRequested = () => void handle.close();
  if (how === 'forced') world.disturb('rough');
  const wasStale = world.isStale;
  let report: Awaited<ReturnType<InitiatorSession['logout']>> | undefined;
  for (let attempt = 0; report === undefined; attempt += 1) {
    const force = how === 'forced' || attempt >= 3;
    report = await tryToRemove(world, wasStale, () => session.logout(force ? { force } : {}));
    if (report === undefined && attempt > 6) throw new Violation('a forced logout was refused');
  }
  world.onRemoveRequested = () => ({ veto: 'the soak goes on' });
  const { isClean, error } = report;
  world.trace.note(`   logged out${isClean ? '' : `, not cleanly: ${describeError(error)}`}`);
  if (!isClean && world.mood === 'calm') throw new Violation(`a logout in calm is not clean: ${describeError(error)}`);
  if (isClean) await requireForgotten(world);
}

/** Takes the disk out of the session and opens it again. */
export async function removeDevice(
  world: World,
  how: Extract<Operation, { kind: 'removeDevice' }>['how'],
): Promise<void> {
  const { session, handle } = world;
  if (how === 'veto') {
    await requireVeto(world, session.removeDevice(0));
    return;
  }
  if (how === 'closed') await handle.close();
  if (how === 'forced') world.disturb('rough');
  const wasStale = world.isStale;
  const isForced = how === 'forced';
  let report: RemovalReport | undefined;
  for (let attempt = 0; report === undefined; attempt += 1) {
    const force = isForced || attempt >= 3;
    report = await tryToRemove(world, wasStale, () => session.removeDevice(0, force ? { force } : {}));
    if (report === undefined && attempt > 6) throw new Violation('a forced removal was refused');
  }
  world.count(`removed: ${how}`);
  await handle.close();
  await world.openDisk();
}

/** The target takes the unit away and brings it back: its holder hears of it, and the rest goes on. */
export async function removeUnit(world: World): Promise<void> {
  const { bench, handle } = world;
  world.disturb('rough');
  bench.target.removeLun(0);
  // A command that the old unit never answers is beyond the reach of resets of the new one.
  world.needsNewLogin = true;
  await sleep(systemClock, 5);
  bench.target.addLun({ lun: 0, device: bench.device });
  world.count('units removed');
  await reopen(world, handle);
}

/** Opens the disk anew in a session that has given it up. */
export async function reopen(world: World, handle: DeviceHandle): Promise<void> {
  await handle.close();
  world.hasUntoldLosses = true;
  if (world.session.state === 'free') {
    if (world.mood !== 'rough') throw new Violation(`the session ended by itself in a ${world.mood} time`);
    await world.login();
  } else {
    await world.openDisk();
  }
  world.count('reopened');
}

/** One try; undefined when a flush, or the state of the session, stood against it. */
async function tryToRemove<T extends RemovalReport>(
  world: World,
  wasStale: boolean,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const begunAt = systemClock.now();
  const covered: WriteRecord[] = world.model.beginFlush(world.handle);
  try {
    const report = await work();
    for (const { error } of report.flushErrors) takeLosses(world, covered, error);
    const isFlushed = report.flushErrors.length === 0 && !wasStale && !world.isStale;
    if (isFlushed && report.holders.length === 0) world.model.promise(covered);
    return report;
  } catch (error) {
    world.trace.note(`   not let go: ${describeError(error)}`);
    if (!(error instanceof IscsiError)) throw new Violation(`rejected with ${describeError(error)}`);
    world.count(`not let go: ${error.code}`);
    takeLosses(world, covered, error);
    const isLoss = error.code === 'BLOCK_WRITES_LOST' && (world.mayHaveLostWrites || world.hasUntoldLosses);
    if (world.mood === 'calm' && !isLoss && !world.wasLateSince(begunAt)) {
      throw new Violation(`not let go in calm: ${describeError(error)}`);
    }
    return undefined;
  }
}

async function requireVeto(world: World, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    world.count('vetoes');
    if (error instanceof DeviceBusyError && error.holders.some(({ label }) => label === 'soak')) return;
    if (world.mood === 'rough' && error instanceof IscsiError) return;
    throw new Violation(`a removal of a held disk was refused for another reason: ${describeError(error)}`);
  }
  if (world.mood === 'calm') throw new Violation('a held disk was let go');
}

function requireNothingLeft(session: InitiatorSession): void {
  const { connections, state, holders } = session;
  if (state !== 'free') throw new Violation(`a session that was left is ${state}`);
  if (connections.length > 0) throw new Violation(`a session that was left has ${connections.length} connections`);
  if (holders.length > 0) throw new Violation('a session that was left has holders');
}

/** A clean logout leaves nothing of the session at the target. */
async function requireForgotten(world: World): Promise<void> {
  const end = systemClock.now() + forgettingMs;
  while (world.bench.target.sessions().length > 0) {
    if (systemClock.now() > end) throw new Violation('a session is left at the target after its logout');
    await sleep(systemClock, 2);
  }
}
