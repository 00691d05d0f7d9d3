// What a device stack tells: typed events, for what happens to devices without being asked for.

/** The events of a device stack and their arguments. */
export interface DeviceEvents {
  /** The session was given up: these devices are gone. */
  devicesGone: [];
}
