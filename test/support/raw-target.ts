// The embedded target as the integration tests use it: one memory disk, and SCSI commands in shorthand.

import { createMemoryDevice } from '../../src/block/index.ts';
import { listenTarget, type Target, type TargetOptions } from '../../src/target/index.ts';
import { RawInitiator, type RawLogin } from './raw-initiator.ts';

/** A target with an initiator that is logged in to it and has seen its unit attention. */
export interface RawTarget extends AsyncDisposable {
  readonly target: Target;
  readonly port: number;
  readonly device: ReturnType<typeof createMemoryDevice>;
  /** Opens another connection, logged in. */
  connect(login?: RawLogin): Promise<RawInitiator>;
}

/** Opens a target with a disk of 1 MiB as LUN 0. */
export async function openRawTarget(options: Partial<TargetOptions> = {}): Promise<RawTarget> {
  const device = createMemoryDevice(1_048_576);
  const target = await listenTarget({
    name: 'iqn.2026-01.test:target',
    luns: [{ lun: 0, device }],
    listen: [{ host: '127.0.0.1', port: 0 }],
    ...options,
  });
  const port = target.portals[0]?.port ?? 0;
  const opened: RawInitiator[] = [];
  return {
    target,
    port,
    device,
    connect: async (login) => {
      const initiator = await RawInitiator.loggedIn(port, login);
      opened.push(initiator);
      return initiator;
    },
    [Symbol.asyncDispose]: async () => {
      for (const initiator of opened) initiator.destroy();
      await target.destroy();
      await device.close();
    },
  };
}

/** CDBs of 10 bytes for blocks of 512 bytes. */
export const cdb = {
  testUnitReady: [0x00],
  requestSense: [0x03, 0, 0, 0, 252],
  inquiry: [0x12, 0, 0, 0, 255],
  read: (lba: number, blocks: number): number[] => [0x28, 0, ...u32Bytes(lba), 0, blocks >>> 8, blocks & 0xff],
  write: (lba: number, blocks: number): number[] => [0x2a, 0, ...u32Bytes(lba), 0, blocks >>> 8, blocks & 0xff],
} as const;

/** Bytes that differ from place to place. */
export function pattern(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 1) bytes[i] = (i * 7 + (i >>> 8) * 13 + seed) & 0xff;
  return bytes;
}

function u32Bytes(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
