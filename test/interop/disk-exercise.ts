// Random reads and writes of a disk from several workers at once, each result compared with what must be there.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { BlockDevice } from 'hawser';

export interface ExerciseOptions {
  /** Chooses positions, lengths and the order of reads and writes. */
  readonly seed: number;
  /** Requests in flight at once; 8 unless set. */
  readonly workers?: number;
  /** The longest request in bytes; 128 KiB unless set. */
  readonly longest?: number;
}

/** Random I/O under way. */
export interface Exercise {
  /** Ends the I/O, and returns all bytes of the disk as they must be. Rejects with what a request rejected with. */
  stop(): Promise<Buffer>;
}

/**
 * Writes random bytes all over a disk, then has each worker read and write at random in a part of the disk that is its
 * own. Throws an AssertionError when a read returns something else than was written there last.
 */
export async function exerciseDisk(
  disk: BlockDevice,
  options: ExerciseOptions & { /** Requests of each worker. */ readonly requests: number },
): Promise<Buffer> {
  const { model, workers } = await prepare(disk, options);
  await Promise.all(
    workers.map(async (work) => {
      for (let request = 0; request < options.requests; request += 1) await work();
    }),
  );
  return model;
}

/** As `exerciseDisk`, until `stop` is called. */
export async function startExercise(disk: BlockDevice, options: ExerciseOptions): Promise<Exercise> {
  const { model, workers } = await prepare(disk, options);
  const end = new AbortController();
  const done = Promise.all(
    workers.map(async (work) => {
      while (!end.signal.aborted) await work();
    }),
  );
  done.catch(() => undefined); // `stop` tells
  return {
    stop: async () => {
      end.abort();
      await done;
      return model;
    },
  };
}

interface Prepared {
  readonly model: Buffer;
  /** Each makes one request. */
  readonly workers: readonly (() => Promise<void>)[];
}

async function prepare(disk: BlockDevice, options: ExerciseOptions): Promise<Prepared> {
  const { seed, workers: count = 8, longest = 131_072 } = options;
  const model = randomBytes(disk.size);
  await disk.write(0, model);
  const share = Math.floor(disk.size / count);
  const workers = Array.from({ length: count }, (_, index) => {
    const random = randomSource(seed * count + index);
    const into = Buffer.alloc(longest);
    return async (): Promise<void> => {
      const length = 1 + Math.floor(random() * Math.min(longest, share));
      const offset = index * share + Math.floor(random() * (share - length + 1));
      const part = model.subarray(offset, offset + length);
      if (random() < 0.5) {
        randomBytes(length).copy(part);
        await disk.write(offset, part);
      } else {
        await disk.read(offset, into.subarray(0, length));
        assert.ok(into.subarray(0, length).equals(part), `seed ${seed}: ${length} bytes at ${offset} differ`);
      }
    };
  });
  return { model, workers };
}

/** Numbers from 0 up to 1, the same for the same seed: a linear congruential generator of 32 bits. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}
