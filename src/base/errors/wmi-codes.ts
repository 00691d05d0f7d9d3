// The error codes of the MSiSCSI classes: a part of the table in codes.ts.

export const wmiCodes = {
  WMI_CLASS_NOT_FOUND: { exitStatus: 13, isRetryable: false, meaning: 'There is no class of this name or GUID.' },
  WMI_INSTANCE_NOT_FOUND: {
    exitStatus: 14,
    isRetryable: false,
    meaning: 'The class has no instance of this name, or has it no longer.',
  },
  WMI_METHOD_NOT_FOUND: { exitStatus: 15, isRetryable: false, meaning: 'The class has no such method.' },
  WMI_ITEM_NOT_FOUND: { exitStatus: 16, isRetryable: false, meaning: 'The class has no such data item.' },
  WMI_READ_ONLY: { exitStatus: 17, isRetryable: false, meaning: 'The class or the data item cannot be set.' },
  WMI_BUFFER_TOO_SMALL: {
    exitStatus: 18,
    isRetryable: false,
    meaning: 'The buffer of the caller has no room for the answer; the error says how much it takes.',
  },
  WMI_BAD_BUFFER: {
    exitStatus: 19,
    isRetryable: false,
    meaning:
      'A buffer is too short for its structure, or a member of it cannot be; structure, member and offset are named.',
  },
  WMI_NOT_SUPPORTED: {
    exitStatus: 29,
    isRetryable: false,
    meaning: 'The class is known, and this adapter does not have what is asked of it.',
  },
} as const;
