// The device stack: the LUNs of a session as devices with holders, and the safe removal that every logout goes through.

export type { Device, Holder } from './device.ts';
export type { DeviceHandle } from './device-handle.ts';
export {
  type DevicePort,
  DeviceStack,
  type DeviceStackOptions,
  type RemovalOptions,
  type RemovalReport,
} from './device-stack.ts';
