// Where the tour takes place: two targets of its own on loopback, one with a disk in a temporary file and CHAP both ways.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createMemoryDevice, openFileDevice } from '../../block/index.ts';
import type { LoginOptions, PortalAddress } from '../../service/index.ts';
import { listenTarget, type Target } from '../../target/index.ts';
import type { CliFiles } from '../environment.ts';
import { formatSize } from '../sizes.ts';
import type { StepOutcome } from './guide.ts';

/** A target of the tour. */
export interface TourTarget {
  readonly target: Target;
  readonly portal: PortalAddress;
}

/** The targets of the tour, and how to log in. */
export interface TourStage {
  /** The one with the disk that data go to. It is found by discovery, and asks for CHAP. */
  readonly main: TourTarget;
  /** Another one, in memory, which is known only to who is told of it. */
  readonly side: TourTarget;
  /** The initiator proves itself with this to the first target, by discovery too. */
  readonly proof: Pick<LoginOptions, 'authType' | 'userName' | 'password'>;
  /** The target proves itself with this. */
  readonly chapSecret: string;
  /** Bytes of the disk. */
  readonly diskSize: number;
  /** A temporary folder that goes with the stage. */
  readonly folder: string;
}

const sideSize = 16 * 1_048_576;

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
      await using main = await listenTarget({
        name: 'iqn.2026-11.io.hawser:tour',
        alias: 'the tour',
        luns: [{ lun: 0, device }],
        listen: [{ host: '127.0.0.1', port: 0 }],
        chap: { ...ours, mutual: theirs },
        parameters: { errorRecoveryLevel: 2, defaultTime2Wait: 1 },
      });
      await using side = await listenTarget({
        name: 'iqn.2026-11.io.hawser:side',
        luns: [{ lun: 0, device: createMemoryDevice(sideSize) }],
        listen: [{ host: '127.0.0.1', port: 0 }],
      });
      return await work({
        main: { target: main, portal: portalOf(main) },
        side: { target: side, portal: portalOf(side) },
        proof: { authType: 'mutualChap', userName: ours.user, password: ours.secret },
        chapSecret: theirs.secret,
        diskSize,
        folder: folder.path,
      });
    } finally {
      await device.close();
    }
  } finally {
    await folder.remove();
  }
}

/** What the stage is. */
export function describeStage({ main, side, diskSize }: TourStage): StepOutcome {
  const lines = [
    `${whereIs(main)}, asks for CHAP both ways, and has a disk of ${formatSize(diskSize)} in a file`,
    `${whereIs(side)}, and has a disk of ${formatSize(sideSize)} in memory`,
  ];
  const targets = [main, side].map(({ target, portal }) => ({ target: target.name, portal }));
  return { told: lines.join('\n'), facts: { targets, diskSize } };
}

function whereIs({ target, portal }: TourTarget): string {
  return `${target.name} listens on ${portal.host}:${portal.port}`;
}

function portalOf({ portals: [portal = { host: '127.0.0.1', port: 0 }] }: Target): PortalAddress {
  return { host: portal.host, port: portal.port };
}

function makeSecret(): string {
  return randomBytes(16).toString('base64url');
}
