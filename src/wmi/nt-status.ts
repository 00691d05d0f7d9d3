// The NTSTATUS codes that WMI answers requests with (ntstatus.h).

import type { ErrorCode, IscsiError } from '../base/index.ts';

export const ntStatus = {
  STATUS_SUCCESS: 0,
  STATUS_INVALID_PARAMETER: 0xc000000d,
  STATUS_INVALID_DEVICE_REQUEST: 0xc0000010,
  STATUS_BUFFER_TOO_SMALL: 0xc0000023,
  STATUS_NOT_SUPPORTED: 0xc00000bb,
  STATUS_UNSUCCESSFUL: 0xc0000001,
  STATUS_CANCELLED: 0xc0000120,
  STATUS_WMI_GUID_NOT_FOUND: 0xc0000295,
  STATUS_WMI_INSTANCE_NOT_FOUND: 0xc0000296,
  STATUS_WMI_ITEMID_NOT_FOUND: 0xc0000297,
  STATUS_WMI_READ_ONLY: 0xc00002c6,
} as const;

/** The name of an NTSTATUS code that WMI answers with. */
export type NtStatusName = keyof typeof ntStatus;

/** An unknown method has the status of an unknown item: the one that drivers answer IRP_MN_EXECUTE_METHOD with. */
const ofCode: ReadonlyMap<ErrorCode, NtStatusName> = new Map<ErrorCode, NtStatusName>([
  ['WMI_CLASS_NOT_FOUND', 'STATUS_WMI_GUID_NOT_FOUND'],
  ['WMI_INSTANCE_NOT_FOUND', 'STATUS_WMI_INSTANCE_NOT_FOUND'],
  ['WMI_METHOD_NOT_FOUND', 'STATUS_WMI_ITEMID_NOT_FOUND'],
  ['WMI_ITEM_NOT_FOUND', 'STATUS_WMI_ITEMID_NOT_FOUND'],
  ['WMI_READ_ONLY', 'STATUS_WMI_READ_ONLY'],
  ['WMI_BUFFER_TOO_SMALL', 'STATUS_BUFFER_TOO_SMALL'],
  ['WMI_BAD_BUFFER', 'STATUS_INVALID_PARAMETER'],
  ['WMI_NOT_SUPPORTED', 'STATUS_NOT_SUPPORTED'],
  ['ISCSI_BAD_ARGUMENT', 'STATUS_INVALID_PARAMETER'],
  ['SERVICE_BAD_REQUEST', 'STATUS_INVALID_PARAMETER'],
  ['SERVICE_SECRET_INVALID', 'STATUS_INVALID_PARAMETER'],
]);

/** The status of an error. What WMI has no word for is STATUS_UNSUCCESSFUL: an OUT structure says more in its `Status`. */
export function ntStatusOf(error: IscsiError): number {
  return ntStatus[ofCode.get(error.code) ?? 'STATUS_UNSUCCESSFUL'];
}
