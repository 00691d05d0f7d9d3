// Temporary folders that go away with the scope that made them.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of one's own; disposing of it removes it with everything in it. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
  /** The path of `name` in the folder; makes nothing. */
  file(name: string): string;
}

/** Makes an empty folder. */
export async function makeTempDir(): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), 'hawser-'));
  return {
    path,
    file: (name) => join(path, name),
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
    },
  };
}
