// What CHAP secrets and IKE identities are in the management interfaces.

/** The lengths that a CHAP secret may have (the texts of ISDSC_INVALID_TARGET_CHAP_SECRET and its sibling), in bytes. */
export const chapSecretLength = { least: 12, most: 16 } as const;

/** The lengths that a secret shared with RADIUS servers may have, in bytes. */
export const radiusSecretLength = { least: 22, most: 26 } as const;

/** Types of IKE identities (RFC 2407 §4.6.2.1) that are bytes, and not text. */
const address = { ipv4: 1, ipv6: 5 } as const;

const ipv4Length = 4;
const ipv6Length = 16;
const longestName = 255;

/**
 * The text of an IKE identity that is given as bytes (RFC 2407 §4.6.2): an address in its usual form, or a name. Undefined
 * where the bytes are not as long as the type has it.
 */
export function ikeIdentityText(bytes: Uint8Array, idType: number): string | undefined {
  if (idType === address.ipv4) return bytes.length === ipv4Length ? bytes.join('.') : undefined;
  if (idType !== address.ipv6) return bytes.length > longestName ? undefined : new TextDecoder().decode(bytes);
  if (bytes.length !== ipv6Length) return undefined;
  const groups = Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? [];
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
