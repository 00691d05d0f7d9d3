// The events of a session's devices, passed on with the session.

import type { EventEmitter } from 'node:events';

import type { DeviceEvents } from '../../devices/index.ts';
import type { DeviceHappening, InstanceEvents, InstanceSession } from './instance-session.ts';

/** Every event of a device stack; a name that is missing here does not compile. */
const names: Readonly<Record<keyof DeviceEvents, true>> = {
  unitAttention: true,
  deviceAdded: true,
  deviceRemoved: true,
  deviceRemovedInUse: true,
  deviceLossReported: true,
  deviceResized: true,
  deviceChanged: true,
  deviceReplaced: true,
  devicesGone: true,
};

/** Emits `device` for whatever happens to the devices of `session`. */
export function passOnDeviceEvents(session: InstanceSession, events: EventEmitter<InstanceEvents>): void {
  const devices = session.session.deviceEvents as EventEmitter<Record<keyof DeviceEvents, unknown[]>>;
  for (const name of Object.keys(names) as (keyof DeviceEvents)[]) {
    devices.on(name, (...args: unknown[]) => {
      events.emit('device', session, { name, args } as DeviceHappening);
    });
  }
}
