// The requests of the disk's users, and what the model makes of their ends.

import { systemClock } from '../../src/base/index.ts';
import type { BlockRequestOptions } from '../../src/block/index.ts';
import { blockSize, byteRange, type CellRange, cellsPerBlock, contentsOf } from './cells.ts';
import { beginAttempt, judge, stateAfter, takeLosses } from './judge.ts';
import type { Operation } from './plan.ts';
import type { World } from './world.ts';

/** Requests by kind. */
export type Request = Extract<Operation, { kind: 'read' | 'write' | 'zero' | 'trim' | 'compare' | 'flush' }>;

/** Carries out a request until it has settled. Throws when its end is not one that it may have. */
export async function carryOut(world: World, request: Request): Promise<void> {
  switch (request.kind) {
    case 'read':
      await read(world, request.range, request.abortAfterMs);
      return;
    case 'write':
      await write(world, request);
      return;
    case 'zero':
      await clear(world, request.range, request.fua, 'zero');
      return;
    case 'trim':
      await clear(world, wholeBlocks(request.range), false, 'trim');
      return;
    case 'compare':
      await compareAndWrite(world, request.block);
      return;
    case 'flush':
      await flush(world);
  }
}

/** Reads and checks a range. */
export async function read(world: World, range: CellRange, abortAfterMs?: number): Promise<void> {
  const { model, step } = world;
  await using patience = patienceOf(abortAfterMs);
  const attempt = beginAttempt(world, 'read', patience.options.signal);
  const { offset, length } = byteRange(range);
  const into = new Uint8Array(length).fill(0xdd);
  const begun = model.tick();
  try {
    await attempt.handle.read(offset, into, patience.options);
    model.checkRead(range, into, begun);
    world.count('reads');
  } catch (error) {
    if (error instanceof Error && error.name === 'ModelViolation') throw error;
    judge(world, attempt, error);
  }
  world.settledReads.push({ step, live: into, then: into.slice() });
}

async function write(world: World, request: Extract<Request, { kind: 'write' }>): Promise<void> {
  const { range, fua, abortAfterMs } = request;
  const value = world.newValue();
  await using patience = patienceOf(abortAfterMs);
  const { offset } = byteRange(range);
  const from = contentsOf(range, value);
  await change(world, { range, value, fua, name: 'write', options: patience.options }, async (handle) => {
    await handle.write(offset, from, { fua, ...patience.options });
  });
  // The buffer is the caller's again: whoever sends from it now sends rubbish.
  from.fill(0xee);
}

async function clear(world: World, range: CellRange, fua: boolean, how: 'zero' | 'trim'): Promise<void> {
  const { offset, length } = byteRange(range);
  await change(world, { range, value: 0, fua, name: how, options: {} }, async (handle) => {
    if (how === 'zero') await handle.zero(offset, length, { fua });
    else await handle.trim?.(offset, length);
  });
}

/** Replaces a block if it is still what it has just been. */
async function compareAndWrite(world: World, block: number): Promise<void> {
  const range = { first: block * cellsPerBlock, last: (block + 1) * cellsPerBlock - 1 };
  const expected = new Uint8Array(blockSize);
  const attempt = beginAttempt(world, 'read');
  try {
    await attempt.handle.read(block * blockSize, expected);
  } catch (error) {
    judge(world, attempt, error);
    return;
  }
  const value = world.newValue();
  await change(world, { range, value, fua: false, name: 'compare and write', options: {} }, async (handle) => {
    await handle.disk.compareAndWrite(block, expected, contentsOf(range, value));
  });
}

interface Change {
  readonly range: CellRange;
  readonly value: number;
  readonly fua: boolean;
  readonly name: string;
  readonly options: BlockRequestOptions;
}

async function change(
  world: World,
  { range, value, fua, name, options }: Change,
  work: (handle: World['handle']) => Promise<void>,
): Promise<void> {
  const { model, step } = world;
  const attempt = beginAttempt(world, name, options.signal);
  const record = model.beginWrite(range, value, step, attempt.handle);
  try {
    await work(attempt.handle);
  } catch (error) {
    takeLosses(world, [], error);
    model.endWrite(record, stateAfter(error), false);
    judge(world, attempt, error);
    return;
  }
  model.endWrite(record, 'acknowledged', fua);
  world.count('changes');
}

/** Flushes, and remembers what that promised. */
export async function flush(world: World): Promise<void> {
  const { model } = world;
  const attempt = beginAttempt(world, 'flush');
  const covered = model.beginFlush(attempt.handle);
  try {
    await attempt.handle.flush();
  } catch (error) {
    takeLosses(world, covered, error);
    judge(world, attempt, error);
    return;
  }
  model.promise(covered);
  world.count('flushes');
}

function wholeBlocks({ first, last }: CellRange): CellRange {
  return { first: first - (first % cellsPerBlock), last: last - (last % cellsPerBlock) + cellsPerBlock - 1 };
}

/** A signal that is aborted after a while, if at all. */
function patienceOf(abortAfterMs: number | undefined): AsyncDisposable & { readonly options: BlockRequestOptions } {
  if (abortAfterMs === undefined) return { options: {}, [Symbol.asyncDispose]: () => Promise.resolve() };
  const controller = new AbortController();
  const timer = systemClock.schedule(abortAfterMs, () => {
    controller.abort(new Error('nobody wants it any more'));
  });
  return {
    options: { signal: controller.signal },
    [Symbol.asyncDispose]: async () => {
      timer.cancel();
      await Promise.resolve();
    },
  };
}
