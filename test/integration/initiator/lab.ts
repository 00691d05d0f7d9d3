// A target on loopback with one disk in memory, and the command codes that these tests look for.

import { createMemoryDevice } from 'hawser/block';
import { listenTarget, type Target, type TargetOptions } from 'hawser/target';

export const targetName = 'iqn.2026-11.test:lab';
export const size: number = 8 * 1024 * 1024;
export const scsi = { write10: 0x2a, read10: 0x28, synchronizeCache10: 0x35 } as const;
export const status = { checkCondition: 0x02, busy: 0x08, taskSetFull: 0x28, reservationConflict: 0x18 } as const;

/** A target and the URL of its disk. */
export interface Lab extends AsyncDisposable {
  readonly target: Target;
  readonly url: string;
}

/** Listens on a free port. LUN 0 is a disk of `size` bytes of zeros. */
export async function openLab(options: Partial<TargetOptions> = {}): Promise<Lab> {
  const target = await listenTarget({
    name: targetName,
    luns: [{ lun: 0, device: createMemoryDevice(size) }],
    listen: [{ host: '127.0.0.1', port: 0 }],
    parameters: { maxConnections: 4 },
    ...options,
  });
  const [portal] = target.portals;
  return {
    target,
    url: `iscsi://127.0.0.1:${portal?.port ?? 0}/${targetName}/0`,
    [Symbol.asyncDispose]: async () => {
      await target.destroy();
    },
  };
}

/** The error with which `work` rejects, which must be of the given class. */
export async function rejection<E extends Error>(
  work: Promise<unknown>,
  type: abstract new (...args: never[]) => E,
): Promise<E> {
  try {
    await work;
  } catch (error) {
    if (error instanceof type) return error;
    throw error;
  }
  throw new Error(`did not reject with ${type.name}`);
}
