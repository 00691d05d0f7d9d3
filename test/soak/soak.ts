// A run of the soak: the operations of a seed, one after the other and many at a time, until one has an end that it may
// not have.

import { nextTurn, sleep, systemClock } from '../../src/base/index.ts';
import { type ArmedFault, control } from './controls.ts';
import { describeError } from './judge.ts';
import { leave, logOut, removeDevice, removeUnit, reopen } from './leaving.ts';
import { type Operation, operationAt } from './plan.ts';
import { carryOut } from './requests.ts';
import { rest } from './rest.ts';
import { type Scenario, stuckMs } from './scenario.ts';
import { Trace } from './trace.ts';
import { Violation, World } from './world.ts';

/** How a run ended. */
export interface Outcome {
  readonly steps: number;
  readonly counts: ReadonlyMap<string, number>;
  /** What went wrong, and the step at which it showed. */
  readonly failure: { readonly step: number; readonly message: string; readonly trace: readonly string[] } | undefined;
}

/** What else there is to say about a run. */
export interface RunOptions {
  /** Is given every line of the trace. */
  readonly echo?: ((line: string) => void) | undefined;
  /** The run ends at the step that begins after this moment of the system's clock. */
  readonly endsAt?: number | undefined;
}

/** Runs a scenario. Never rejects. */
export async function runSoak(scenario: Scenario, options: RunOptions = {}): Promise<Outcome> {
  const trace = new Trace(options.echo);
  const before = activeResources();
  const world = new World(scenario, trace);
  let steps = 0;
  let failure: Outcome['failure'];
  try {
    await Promise.race([world.open(), world.failure]);
    for (; steps < scenario.steps && systemClock.now() < (options.endsAt ?? Number.POSITIVE_INFINITY); steps += 1) {
      await Promise.race([takeStep(world, steps), world.failure]);
    }
    world.step = steps;
    await Promise.race([finish(world), world.failure]);
  } catch (error) {
    failure = { step: world.step, message: describeError(error), trace: trace.lines };
  }
  await closeInTime(world);
  const left = failure === undefined ? await leftovers(before) : '';
  if (left !== '') failure = { step: steps, message: `left behind at the end: ${left}`, trace: trace.lines };
  return { steps, counts: world.counts, failure };
}

/** A close that hangs shows in what is left behind. */
async function closeInTime(world: World): Promise<void> {
  const patience = new AbortController();
  const late = sleep(systemClock, stuckMs, patience.signal).catch(() => undefined);
  await Promise.race([world.close(), late]);
  patience.abort();
}

/** The faults at work, by run. */
const faultsOf = new WeakMap<World, ArmedFault[]>();

function faultsIn(world: World): ArmedFault[] {
  const faults = faultsOf.get(world) ?? [];
  faultsOf.set(world, faults);
  return faults;
}

async function takeStep(world: World, step: number): Promise<void> {
  world.step = step;
  const faults = faultsIn(world);
  for (const fault of faults.filter(({ until }) => until <= step)) fault.remove();
  faults.splice(0, faults.length, ...faults.filter(({ until }) => until > step));
  if (world.isStale) await watched(world, step, 'reopen', () => reopen(world, world.handle));
  const operation = operationAt(world.scenario, step);
  world.trace.note(`#${step} ${JSON.stringify(operation)}`);
  const work = watched(world, step, operation.kind, () => perform(world, operation));
  if (isExclusive(operation)) {
    await work;
  } else {
    const tracked = work.finally(() => world.outstanding.delete(tracked));
    world.outstanding.add(tracked);
    while (world.outstanding.size >= world.scenario.depth) await Promise.race(world.outstanding);
  }
  requireBounds(world);
}

/** Whether nothing else begins while it is under way. */
function isExclusive({ kind }: Operation): boolean {
  return exclusive.has(kind);
}

const exclusive: ReadonlySet<Operation['kind']> = new Set(['calm', 'leave', 'removeDevice', 'removeUnit', 'overtake']);

async function perform(world: World, operation: Operation): Promise<void> {
  switch (operation.kind) {
    case 'read':
    case 'write':
    case 'zero':
    case 'trim':
    case 'compare':
    case 'flush':
      await carryOut(world, operation);
      return;
    case 'calm':
      await rest(world, faultsIn(world));
      return;
    case 'leave':
      await leave(world, operation.how);
      return;
    case 'removeDevice':
      await removeDevice(world, operation.how);
      return;
    case 'removeUnit':
      await removeUnit(world);
      return;
    default:
      await control(world, operation, faultsIn(world));
  }
}

/** Lets nothing take for ever, and makes whatever goes wrong the end of the run. */
async function watched(world: World, step: number, what: string, work: () => Promise<void>): Promise<void> {
  const timer = systemClock.schedule(stuckMs, () => {
    world.fail(new Violation(`${what} of step ${step} has not ended in ${stuckMs} ms`));
  });
  try {
    await work();
  } catch (error) {
    world.trace.note(`   ${what} of step ${step} is at fault`);
    world.step = step;
    world.fail(error);
  } finally {
    timer.cancel();
  }
}

function requireBounds({ session, bench }: World): void {
  if (session.state !== 'loggedIn') return;
  const { maxConnections } = session.parameters;
  const here = session.connections.length;
  if (here > maxConnections) throw new Violation(`${here} connections where ${maxConnections} were agreed`);
  for (const { connections } of bench.target.sessions()) {
    if (connections.length > maxConnections) throw new Violation(`${connections.length} connections at the target`);
  }
}

/** The last rest, and a logout after which nothing is left. */
async function finish(world: World): Promise<void> {
  await watched(world, world.step, 'last rest', () => rest(world, faultsIn(world)));
  await watched(world, world.step, 'last logout', () => logOut(world, 'closed'));
  if (world.initiator.sessions.length > 0) throw new Violation('the initiator has sessions after its last logout');
}

/** What keeps this process alive: sockets, listeners, timers. */
function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  const own = /^(?:TCP|Timeout|Process|ConnectWrap|GetAddrInfo)/;
  for (const name of process.getActiveResourcesInfo().filter((each) => own.test(each)))
    counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Resources that are there now and were not before; sockets take a turn or two to go. */
async function leftovers(before: ReadonlyMap<string, number>): Promise<string> {
  const extra = (): string[] => {
    return [...activeResources()].filter(([name, count]) => count > (before.get(name) ?? 0)).map(([name]) => name);
  };
  for (let turn = 0; turn < 100 && extra().length > 0; turn += 1) await nextTurn();
  return extra().join(', ');
}
