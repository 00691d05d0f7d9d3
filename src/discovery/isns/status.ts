// How an iSNS message was taken (RFC 4171 §5.4).

/** Status codes of answers. */
export const isnsStatus = {
  successful: 0,
  unknownError: 1,
  messageFormatError: 2,
  invalidRegistration: 3,
  invalidQuery: 5,
  sourceUnknown: 6,
  sourceAbsent: 7,
  sourceUnauthorized: 8,
  noSuchEntry: 9,
  versionNotSupported: 10,
  internalError: 11,
  busy: 12,
  optionNotUnderstood: 13,
  invalidUpdate: 14,
  messageNotSupported: 15,
  scnEventRejected: 16,
  scnRegistrationRejected: 17,
  attributeNotImplemented: 18,
  fcDomainIdNotAvailable: 19,
  fcDomainIdNotAllocated: 20,
  esiNotAvailable: 21,
  invalidDeregistration: 22,
  registrationFeatureNotSupported: 23,
} as const;

const names: ReadonlyMap<number, string> = new Map([
  [isnsStatus.successful, 'Successful'],
  [isnsStatus.unknownError, 'Unknown Error'],
  [isnsStatus.messageFormatError, 'Message Format Error'],
  [isnsStatus.invalidRegistration, 'Invalid Registration'],
  [isnsStatus.invalidQuery, 'Invalid Query'],
  [isnsStatus.sourceUnknown, 'Source Unknown'],
  [isnsStatus.sourceAbsent, 'Source Absent'],
  [isnsStatus.sourceUnauthorized, 'Source Unauthorized'],
  [isnsStatus.noSuchEntry, 'No Such Entry'],
  [isnsStatus.versionNotSupported, 'Version Not Supported'],
  [isnsStatus.internalError, 'Internal Error'],
  [isnsStatus.busy, 'Busy'],
  [isnsStatus.optionNotUnderstood, 'Option Not Understood'],
  [isnsStatus.invalidUpdate, 'Invalid Update'],
  [isnsStatus.messageNotSupported, 'Message Not Supported'],
  [isnsStatus.scnEventRejected, 'SCN Event Rejected'],
  [isnsStatus.scnRegistrationRejected, 'SCN Registration Rejected'],
  [isnsStatus.attributeNotImplemented, 'Attribute Not Implemented'],
  [isnsStatus.fcDomainIdNotAvailable, 'FC_DOMAIN_ID Not Available'],
  [isnsStatus.fcDomainIdNotAllocated, 'FC_DOMAIN_ID Not Allocated'],
  [isnsStatus.esiNotAvailable, 'ESI Not Available'],
  [isnsStatus.invalidDeregistration, 'Invalid Deregistration'],
  [isnsStatus.registrationFeatureNotSupported, 'Registration Feature Not Supported'],
]);

/** The RFC's words for a status code. */
export function statusName(status: number): string {
  return names.get(status) ?? `status ${status}`;
}
