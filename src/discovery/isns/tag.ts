// The attributes of iSNS objects and how each is laid out (RFC 4171 §6.1).

/** Attribute tags. A pair such as 16 and 17 is one object's key. */
export const tag = {
  delimiter: 0,
  entityIdentifier: 1,
  entityProtocol: 2,
  managementIpAddress: 3,
  timestamp: 4,
  protocolVersionRange: 5,
  registrationPeriod: 6,
  entityIndex: 7,
  entityNextIndex: 8,
  portalIpAddress: 16,
  portalPort: 17,
  portalSymbolicName: 18,
  esiInterval: 19,
  esiPort: 20,
  portalIndex: 22,
  scnPort: 23,
  portalNextIndex: 24,
  portalSecurityBitmap: 27,
  iscsiName: 32,
  iscsiNodeType: 33,
  iscsiAlias: 34,
  iscsiScnBitmap: 35,
  iscsiNodeIndex: 36,
  wwnnToken: 37,
  iscsiNodeNextIndex: 38,
  iscsiAuthMethod: 42,
  pgIscsiName: 48,
  pgPortalIpAddress: 49,
  pgPortalPort: 50,
  pgTag: 51,
  pgIndex: 52,
  pgNextIndex: 53,
  ddSetId: 2049,
  ddSetSymbolicName: 2050,
  ddSetStatus: 2051,
  ddSetNextId: 2052,
  ddId: 2065,
  ddSymbolicName: 2066,
  ddMemberIscsiIndex: 2067,
  ddMemberIscsiName: 2068,
  ddMemberPortalIndex: 2070,
  ddMemberPortalIpAddress: 2071,
  ddMemberPortalPort: 2072,
  ddFeatures: 2078,
  ddNextId: 2079,
} as const;

/** How a value is laid out: a number of 4 bytes, a time of 8, an address of 16, text up to a length, or bytes as they are. */
export type Layout = 'number' | 'time' | 'address' | 'bytes' | { readonly textLength: number };

/** The longest text (§6.1), and the longest iSCSI name (§6.4.1), each with its NUL and padding. */
const text = { textLength: 256 } as const;
const name = { textLength: 224 } as const;
/** §6.1 gives no length: what fits a list of method names, with space for a vendor's. */
const list = { textLength: 1024 } as const;

const layouts: ReadonlyMap<number, Layout> = new Map<number, Layout>([
  [tag.entityIdentifier, text],
  [tag.managementIpAddress, 'address'],
  [tag.timestamp, 'time'],
  [tag.portalIpAddress, 'address'],
  [tag.portalSymbolicName, text],
  [tag.iscsiName, name],
  [tag.iscsiAlias, text],
  [tag.wwnnToken, 'bytes'],
  [tag.iscsiAuthMethod, list],
  [tag.pgIscsiName, name],
  [tag.pgPortalIpAddress, 'address'],
  [tag.ddSetSymbolicName, text],
  [tag.ddSymbolicName, text],
  [tag.ddMemberIscsiName, name],
  [tag.ddMemberPortalIpAddress, 'address'],
]);

const known: ReadonlySet<number> = new Set(Object.values(tag));

/** The layout of an attribute's value. What is not known, such as a vendor's attribute, is bytes. */
export function layoutOf(attributeTag: number): Layout {
  return layouts.get(attributeTag) ?? (known.has(attributeTag) ? 'number' : 'bytes');
}
