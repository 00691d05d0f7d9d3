// The device stack: the LUNs of a session as devices with holders, and the safe removal that every logout goes through.
// device-stack.ts owns the devices of a session; device.ts is one of them, with the state machine of device-states.ts and
// a gate (device-gate.ts) that all its commands pass; hold.ts is one holder's hold on it, device-handle.ts what the holder
// works with, write-stake.ts what it may lose; removal.ts is the sequence by which devices are let go, one removal after
// the other (removals.ts). inventory.ts lists what the target shows, device-watch.ts follows up what it says has changed
// (device-check.ts asks who is there, device-comparison.ts judges it), and sensing-port.ts and attention-notice.ts pass on
// what a device tells once.

export type { UnknownWrite } from './device.ts';
export type {
  DeviceAttention,
  DeviceChanged,
  DeviceEvents,
  DeviceFacts,
  DeviceReplaced,
  DeviceResized,
} from './device-events.ts';
export type { DevicePort } from './device-gate.ts';
export type { DeviceHandle } from './device-handle.ts';
export { DeviceStack } from './device-stack.ts';
export {
  type DeviceEvent,
  type DeviceState,
  type DeviceTransition,
  deviceTransition,
  deviceTransitions,
} from './device-states.ts';
export type { Holder, RemovalReason, RemoveAnswer, RemoveRequest, RemoveVeto } from './holder.ts';
export type { RemovalLimits, RemovalOptions, RemovalReport } from './removal.ts';
export type { DeviceStackOptions } from './stack-context.ts';
