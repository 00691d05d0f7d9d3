// State directories for services and stores under test.

import { join } from 'node:path';
import { makeTempDir } from './temp.ts';

/** A state directory that is not there yet; disposing of it removes it with everything in it. */
export interface StateDirectory extends AsyncDisposable {
  readonly path: string;
  /** For a control socket, beside the directory and not in it; short enough for the address of a Unix socket. */
  readonly socketPath: string;
}

/** Reserves a state directory. Who opens a store or a service in it makes it. */
export async function tempStateDirectory(): Promise<StateDirectory> {
  const folder = await makeTempDir();
  return {
    path: folder.file('state'),
    socketPath: join(folder.path, 'socket'),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
    },
  };
}
