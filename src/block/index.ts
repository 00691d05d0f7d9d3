// Block devices: the contract, devices in memory and in files, and layers that go over any device.

export type { BlockDevice, BlockFeatures, BlockRequestOptions, BlockWriteOptions, Extent } from './device.ts';
export { type FileDeviceOptions, openFileDevice } from './file-device.ts';
export { readOnlyLayer } from './layers/read-only.ts';
export { type ResizableDevice, resizableLayer } from './layers/resizable.ts';
export {
  type CrashOptions,
  isVolatileCache,
  type VolatileCache,
  type VolatileCacheOptions,
  volatileCacheLayer,
} from './layers/volatile-cache.ts';
export { createMemoryDevice, type MemoryDeviceOptions } from './memory-device.ts';
