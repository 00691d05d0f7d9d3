// What the system of the management interfaces calls a device, by its peripheral device type.

/** The GUID of a device interface (ntddstor.h), and FILE_DEVICE_* (devioctl.h). */
export interface DeviceKind {
  readonly guid: string;
  readonly fileDevice: number;
}

/** By PERIPHERAL DEVICE TYPE (SPC-4 §6.4.2). */
const kinds: Readonly<Record<number, DeviceKind>> = {
  0x00: { guid: '{53F56307-B6BF-11D0-94F2-00A0C91EFB8B}', fileDevice: 0x07 },
  0x01: { guid: '{53F5630B-B6BF-11D0-94F2-00A0C91EFB8B}', fileDevice: 0x1f },
  0x05: { guid: '{53F56308-B6BF-11D0-94F2-00A0C91EFB8B}', fileDevice: 0x02 },
  0x08: { guid: '{53F56310-B6BF-11D0-94F2-00A0C91EFB8B}', fileDevice: 0x30 },
};

/** A device that the system would have no name for. */
const unknownKind: DeviceKind = { guid: '{00000000-0000-0000-0000-000000000000}', fileDevice: 0x22 };

/** What a device of this type is. */
export function deviceKindOf(deviceType: number): DeviceKind {
  return kinds[deviceType] ?? unknownKind;
}
