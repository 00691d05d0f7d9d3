// The target of a soak: one disk in memory under a volatile cache, and the model that hears of every crash.

import { type BlockDevice, createMemoryDevice, volatileCacheLayer } from '../../src/block/index.ts';
import { listenTarget, type PortalAddress, type Target } from '../../src/target/index.ts';
import { blockCount, blockSize } from './cells.ts';
import type { DiskModel } from './disk-model.ts';
import type { Scenario } from './scenario.ts';

export const targetName = 'iqn.2026-11.test:soak';
export const diskLength: number = blockCount * blockSize;

/** A target that listens. */
export interface TargetBench {
  readonly target: Target;
  readonly portal: PortalAddress;
  /** The disk as the target has it, to give it to the target again. */
  readonly device: BlockDevice;
  /** What is on stable storage now. */
  medium(): Promise<Uint8Array>;
}

/** Listens on a free port. `crashed` hears of every loss of the volatile cache and what the model makes of it. */
export async function openTarget(
  scenario: Scenario,
  model: DiskModel,
  crashed: (error: unknown) => void,
): Promise<TargetBench> {
  const memory = createMemoryDevice(diskLength);
  const cache = volatileCacheLayer(memory);
  const medium = async (): Promise<Uint8Array> => {
    const bytes = new Uint8Array(diskLength);
    await memory.read(0, bytes);
    return bytes;
  };
  const crash = cache.crash.bind(cache);
  cache.crash = async (options) => {
    model.beginCrash();
    await crash(options);
    try {
      model.endCrash(await medium());
      crashed(undefined);
    } catch (error) {
      crashed(error);
    }
  };
  const target = await listenTarget({
    name: targetName,
    luns: [{ lun: 0, device: cache }],
    listen: [{ host: '127.0.0.1', port: 0 }],
    parameters: scenario.parameters,
    limits: {
      commandWindow: scenario.commandWindow,
      sequenceTimeoutMs: 200,
      taskManagementTimeoutMs: 300,
      loginTimeoutMs: 1000,
    },
  });
  const [portal] = target.portals;
  if (portal === undefined) throw new Error('the target has no portal');
  return { target, portal, device: cache, medium };
}
