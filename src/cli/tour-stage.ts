// Where the tour takes place: a target of its own on loopback, with a disk in a temporary file and CHAP both ways.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ChapCredentials } from '../adapter/index.ts';
import { openFileDevice } from '../block/index.ts';
import { listenTarget, type Target } from '../target/index.ts';
import type { CliFiles } from './environment.ts';

/** The target of the tour and how to log in to it. */
export interface TourStage {
  readonly target: Target;
  readonly portal: { readonly host: string; readonly port: number };
  readonly chap: ChapCredentials;
  /** Bytes of its disk. */
  readonly diskSize: number;
}

/** Sets the stage for the time of `work`, and leaves nothing of it behind. */
export async function withTourStage<T>(
  files: CliFiles,
  diskSize: number,
  work: (stage: TourStage) => Promise<T>,
): Promise<T> {
  const folder = await files.makeTemporaryFolder();
  try {
    const device = await openFileDevice(join(folder.path, 'disk.img'), { create: true, size: diskSize });
    try {
      const ours = { user: 'visitor', secret: makeSecret() };
      const theirs = { user: 'host', secret: makeSecret() };
      const target = await listenTarget({
        name: 'iqn.2026-11.io.hawser:tour',
        alias: 'the tour',
        luns: [{ lun: 0, device }],
        listen: [{ host: '127.0.0.1', port: 0 }],
        chap: { ...ours, mutual: theirs },
        parameters: { errorRecoveryLevel: 2, defaultTime2Wait: 1 },
      });
      try {
        const [portal = { host: '127.0.0.1', port: 0 }] = target.portals;
        return await work({ target, portal, chap: { ...ours, mutual: theirs }, diskSize });
      } finally {
        await target.close();
      }
    } finally {
      await device.close();
    }
  } finally {
    await folder.remove();
  }
}

function makeSecret(): string {
  return randomBytes(16).toString('base64url');
}
