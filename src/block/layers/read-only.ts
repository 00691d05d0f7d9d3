// A layer that refuses every change. It stands directly above the device that it guards; anything may stand above it.

import type { BlockDevice, BlockFeatures } from '../device.ts';
import { closedError, readOnlyError } from '../range.ts';

/**
 * Makes a view of `device` that cannot be changed. The view takes the device over: closing the view closes the device.
 */
export function readOnlyLayer(device: BlockDevice): BlockDevice {
  let isClosed = false;
  const refuse = async (offset: number, length: number): Promise<void> => {
    await Promise.resolve();
    throw isClosed ? closedError() : readOnlyError(offset, length);
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await device.close();
  };
  const features: BlockFeatures = {
    fua: false,
    flush: false,
    trim: false,
    zero: false,
    extents: device.features.extents,
  };
  const layer: BlockDevice = {
    size: device.size,
    blockSize: device.blockSize,
    readOnly: true,
    features,
    read: async (offset, into, options) => {
      await device.read(offset, into, options);
    },
    write: async (offset, from) => {
      await refuse(offset, from.length);
    },
    flush: async (options) => {
      await device.flush(options);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  if (device.extents !== undefined) {
    layer.extents = async (offset, length, options) => (await device.extents?.(offset, length, options)) ?? [];
  }
  return layer;
}
