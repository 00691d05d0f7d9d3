// Coming to rest: faults are taken away, everything under way ends, and then all must be as if nothing had happened.

import { sleep, systemClock } from '../../src/base/index.ts';
import { cellCount } from './cells.ts';
import type { ArmedFault } from './controls.ts';
import { leave, reopen } from './leaving.ts';
import { flush, read } from './requests.ts';
import { stuckMs } from './scenario.ts';
import { Violation, type World } from './world.ts';

/** Cells that one read checks. */
const readLength = 480;

/** Brings the run to rest and looks at everything that can be looked at. */
export async function rest(world: World, faults: ArmedFault[]): Promise<void> {
  for (const fault of faults.splice(0)) fault.remove();
  // A reboot under way ends first, and what the target has said last arrives.
  await Promise.all(world.outstanding);
  await sleep(systemClock, 10);
  await until(world, 'the session is whole again', () => isWhole(world));
  if (world.isStale || world.session.state === 'free') await reopen(world, world.handle);
  // Whoever logged in under a disguise takes the disk for another one when it is gone.
  if (world.needsNewLogin) await leave(world, 'closed');
  world.needsNewLogin = false;
  await restoreConnections(world);
  await settleFlush(world);
  world.mood = 'calm';
  world.mayHaveLostWrites = false;
  await checkContents(world);
  await checkCounters(world);
  checkBuffers(world);
  world.model.prune();
  world.count('rests');
}

/** Logged in, with nothing lost or on its way out, here and at the target. */
function isWhole({ session, bench }: World): string | undefined {
  const { state, connections } = session;
  if (state === 'free') return undefined;
  if (state !== 'loggedIn') return `the session is ${state}`;
  const odd = connections.find((connection) => connection.state !== 'loggedIn');
  if (odd !== undefined) return `connection ${odd.cid} is ${odd.state}`;
  const sessions = bench.target.sessions();
  if (sessions.length !== 1) return `the target has ${sessions.length} sessions`;
  const there = sessions[0]?.connections.length ?? 0;
  return there === connections.length ? undefined : `${connections.length} connections here and ${there} there`;
}

async function until(world: World, what: string, look: () => string | undefined): Promise<void> {
  const end = systemClock.now() + stuckMs;
  for (let seen = look(); seen !== undefined; seen = look()) {
    if (systemClock.now() > end) throw new Violation(`${what} not after ${stuckMs} ms: ${seen}`);
    await Promise.race([sleep(systemClock, 3), world.failure]);
  }
}

/** Connections that were removed, or that the target would not have back, are added again. */
async function restoreConnections(world: World): Promise<void> {
  const { session, scenario } = world;
  const wanted = Math.min(scenario.connections, session.parameters.maxConnections);
  while (session.connections.length < wanted) {
    await world.persist('add connection', async () => {
      if (session.connections.length < wanted) await session.addConnection();
    });
  }
}

/** The last faults may show in one flush, and in the one after it no more. */
async function settleFlush(world: World): Promise<void> {
  const { model, handle } = world;
  for (let attempt = 0; ; attempt += 1) {
    const covered = model.beginFlush(handle);
    await flush(world);
    if (covered.every(({ lastingSince, isGivenUp }) => isGivenUp || Number.isFinite(lastingSince))) return;
    if (attempt === 5) throw new Violation('flushing goes on failing after all faults are gone');
  }
}

/** What is read, and what is on stable storage after the flush. */
async function checkContents(world: World): Promise<void> {
  for (let first = 0; first < cellCount; first += readLength) {
    await read(world, { first, last: Math.min(cellCount, first + readLength) - 1 });
  }
  const begun = world.model.tick();
  world.model.checkRead({ first: 0, last: cellCount - 1 }, await world.bench.medium(), begun);
}

async function checkCounters(world: World): Promise<void> {
  const { session, bench } = world;
  await until(world, 'the counters are at rest', () => {
    const busy = session.connections.find(({ tasksInFlight }) => tasksInFlight > 0);
    if (busy !== undefined) return `connection ${busy.cid} has ${busy.tasksInFlight} tasks in flight`;
    const [there] = bench.target.sessions();
    if (there === undefined) return 'the target has no session';
    const { taskCount, recovery } = there;
    if (taskCount > 0) return `the target has ${taskCount} tasks`;
    if (recovery.retainedTaskCount > 0)
      return `the target keeps ${recovery.retainedTaskCount} tasks without a connection`;
    if (recovery.lostCids.length > 0) return `the target waits for connections ${recovery.lostCids.join(', ')}`;
    return undefined;
  });
}

/** Nobody writes to a buffer whose read has settled. */
function checkBuffers({ settledReads }: World): void {
  for (const { step, live, then } of settledReads.splice(0)) {
    if (Buffer.compare(live, then) !== 0)
      throw new Violation(`the buffer of the read of step ${step} changed after it`);
  }
}
