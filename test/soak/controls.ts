// What is done to the session, its connections and its target while requests are under way.

import { IscsiError, sleep, systemClock, UsageError } from '../../src/base/index.ts';
import type { InitiatorSession } from '../../src/index.ts';
import type { SchedulingPolicy } from '../../src/session/index.ts';
import { cellsPerBlock } from './cells.ts';
import { portalPlaceholder } from './faults.ts';
import { beginAttempt, describeError, judge } from './judge.ts';
import type { Operation } from './plan.ts';
import { carryOut, read } from './requests.ts';
import { diskLength } from './target-bench.ts';
import { Violation, type World } from './world.ts';

/** Controls by kind; those that end the session or the disk are in leaving.ts. */
export type Control = Exclude<
  Operation,
  { kind: 'read' | 'write' | 'zero' | 'trim' | 'compare' | 'flush' | 'calm' | 'leave' | 'removeDevice' | 'removeUnit' }
>;

/** A fault that is at work, and the step at which it is to go. */
export interface ArmedFault {
  readonly until: number;
  remove(): void;
}

/** Does it, until it has an end. Throws when that is not one that it may have. */
export async function control(world: World, operation: Control, faults: ArmedFault[]): Promise<void> {
  switch (operation.kind) {
    case 'addConnection':
      await addConnection(world);
      return;
    case 'removeConnection':
      await removeConnection(world, operation.choice);
      return;
    case 'policy':
      choosePolicy(world, operation);
      return;
    case 'tasks':
      await manageTasks(world, operation.name);
      return;
    case 'cut':
      cut(world, operation.choice, operation.all);
      return;
    case 'overtake':
      await overtake(world, operation);
      return;
    case 'fault':
      inject(world, operation, faults);
      return;
    case 'reboot':
      await reboot(world, operation);
      return;
    case 'resizeUnit':
      await resize(world);
      return;
    case 'question':
      await question(world);
  }
}

/** Refusals that tell the truth: the session had no room, was lost, or was leaving just then. */
const refusals = {
  add: ['ISCSI_TOO_MANY_CONNECTIONS'],
  remove: ['ISCSI_LAST_CONNECTION', 'ISCSI_LEADING_CONNECTION', 'ISCSI_NO_SUCH_CONNECTION'],
  left: ['ISCSI_DRAINING', 'ISCSI_CLOSED'],
} as const;

/** Connections that are being added to each session. */
const joining = new WeakMap<InitiatorSession, number>();

async function addConnection(world: World): Promise<void> {
  const { session } = world;
  const attempt = beginAttempt(world, 'add connection');
  const others = joining.get(session) ?? 0;
  const isFull = session.connections.length + others >= session.parameters.maxConnections;
  joining.set(session, others + 1);
  try {
    const cid = await session.addConnection();
    world.count('connections added');
    world.trace.note(`   connection ${cid} added`);
  } catch (error) {
    settleRefusal(world, error, isFull ? refusals.add : [], attempt.begunAt, session);
  } finally {
    joining.set(session, (joining.get(session) ?? 1) - 1);
  }
}

async function removeConnection(world: World, choice: number): Promise<void> {
  const { session } = world;
  const { connections } = session;
  const chosen = connections[choice % Math.max(1, connections.length)];
  if (chosen === undefined) return;
  const attempt = beginAttempt(world, 'remove connection');
  try {
    await session.removeConnection(chosen.cid);
    world.count('connections removed');
    world.trace.note(`   connection ${chosen.cid} removed`);
  } catch (error) {
    const isKept = chosen.isLeading || connections.length === 1;
    const isRacing = world.mood !== 'calm' || connections.length === 2;
    settleRefusal(world, error, isKept || isRacing ? refusals.remove : [], attempt.begunAt, session);
  }
}

/** Changes of the session may fail for many reasons once anything is disturbed; in calm only for those given. */
function settleRefusal(
  world: World,
  error: unknown,
  expected: readonly string[],
  begunAt: number,
  session: InitiatorSession,
): void {
  world.trace.note(`   refused: ${describeError(error)}`);
  if (!(error instanceof IscsiError)) throw new Violation(`rejected with ${describeError(error)}`);
  world.count(`refused: ${error.code}`);
  // A session that is left takes nothing new, and ends what has begun.
  const wasLeft = session !== world.session || session.state !== 'loggedIn';
  if (wasLeft && refusals.left.some((code) => code === error.code)) return;
  if (expected.includes(error.code) || world.mood !== 'calm' || world.wasLateSince(begunAt)) return;
  throw new Violation(`refused in calm: ${describeError(error)}`);
}

function choosePolicy(world: World, { name, choice }: Extract<Operation, { kind: 'policy' }>): void {
  const cids = world.session.connections.map(({ cid }) => cid);
  const cid = cids[choice % Math.max(1, cids.length)];
  if (cid === undefined) return;
  const policies: Readonly<Record<typeof name, SchedulingPolicy>> = {
    failOver: choice % 2 === 0 ? { kind: name as 'failOver' } : { kind: 'failOver', preferred: cid },
    roundRobin: { kind: 'roundRobin' },
    roundRobinWithSubset: { kind: 'roundRobinWithSubset', preferred: [cid] },
    leastQueueDepth: { kind: 'leastQueueDepth' },
    weightedPaths: { kind: 'weightedPaths', weights: new Map([[cid, choice]]) },
  };
  world.session.setPolicy(policies[name]);
  world.count('policies');
}

async function manageTasks(world: World, name: Extract<Operation, { kind: 'tasks' }>['name']): Promise<void> {
  world.disturb('benign');
  // Either may be told with a unit attention that does not say whether the cache is still what it was.
  world.mayHaveLostWrites = true;
  const { session } = world;
  const attempt = beginAttempt(world, name);
  try {
    await session.manageTasks(name, name.startsWith('target') ? {} : { lun: 0 });
    world.count(`functions: ${name}`);
  } catch (error) {
    settleRefusal(world, error, [], attempt.begunAt, session);
  }
}

function cut(world: World, choice: number, all: boolean): void {
  world.disturb('benign');
  const [session] = world.bench.target.sessions();
  const connections = session?.connections ?? [];
  const chosen = connections[choice % Math.max(1, connections.length)];
  if (session === undefined || chosen === undefined) return;
  world.count('cuts');
  if (all) session.cut();
  else session.cut(chosen.cid);
}

/**
 * A write is carried out and seen, its status is held back, another one of the same block follows and is seen, and then
 * all lines are cut: sent again, the first would bring old data back.
 */
async function overtake(world: World, { block, heldMs }: Extract<Operation, { kind: 'overtake' }>): Promise<void> {
  world.disturb('benign');
  const { target } = world.bench;
  const range = { first: block * cellsPerBlock, last: (block + 1) * cellsPerBlock - 1 };
  const write = { kind: 'write', range, fua: false, abortAfterMs: undefined } as const;
  const fault = target.inject(`delay-status:command=write,count=1,ms=${8 * heldMs}`);
  const started = (): Promise<void> =>
    carryOut(world, write).catch((error: unknown) => {
      world.fail(error);
    });
  const writes = [started()];
  await sleep(systemClock, heldMs);
  await read(world, range);
  writes.push(started());
  await sleep(systemClock, heldMs);
  await read(world, range);
  for (const session of target.sessions()) session.cut();
  fault.remove();
  world.count(fault.hits > 0 ? 'overtaken' : 'cuts');
  await Promise.all(writes);
  await read(world, range);
}

function inject(world: World, operation: Extract<Operation, { kind: 'fault' }>, faults: ArmedFault[]): void {
  world.disturb(operation.mood);
  world.mayHaveLostWrites = true;
  const { host, port } = world.bench.portal;
  const handle = world.bench.target.inject(operation.fault.replace(portalPlaceholder, `${host}:${port}`));
  const until = world.step + operation.steps;
  if (handle.name === 'wrong-identity') world.needsNewLogin = true;
  faults.push({
    until,
    remove: () => {
      const { name, hits } = handle;
      if (hits > 0) world.count(`fault: ${name}`);
      world.trace.note(`   ${name} goes after ${hits} hits`);
      handle.remove();
    },
  });
}

async function reboot(world: World, { downMs, keep, seed }: Extract<Operation, { kind: 'reboot' }>): Promise<void> {
  world.disturb('benign');
  world.count('reboots');
  await world.bench.target.reboot({ downMs, keep, seed });
}

/** The disk grows and shrinks again beyond what the soak uses of it. */
async function resize(world: World): Promise<void> {
  resizeTo(world, diskLength + 65_536);
  const attempt = beginAttempt(world, 'read');
  try {
    await attempt.handle.read(0, new Uint8Array(512));
  } catch (error) {
    judge(world, attempt, error);
  }
  resizeTo(world, diskLength);
}

function resizeTo({ bench, needsNewLogin }: World, size: number): void {
  try {
    bench.target.resizeLun(0, size);
  } catch (error) {
    // The unit may have been taken away meanwhile.
    if (!needsNewLogin || !(error instanceof UsageError)) throw error;
  }
}

/** Asks what is there, which is answered from memory while the session is lost. */
async function question(world: World): Promise<void> {
  const { session } = world;
  const begunAt = systemClock.now();
  try {
    const devices = await session.devices({ rescan: world.step % 2 === 0 });
    if (!devices.some(({ lun }) => lun === 0) && world.mood === 'calm') {
      throw new Violation(`the devices of the session are ${JSON.stringify(devices)}`);
    }
  } catch (error) {
    if (error instanceof Violation) throw error;
    settleRefusal(world, error, [], begunAt, session);
  }
}
