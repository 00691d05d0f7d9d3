// HTTP Basic (RFC 7617): one user, one password, compared in constant time.

import { createHash, timingSafeEqual } from 'node:crypto';

/** Who may ask. */
export interface WsCredentials {
  readonly user: string;
  readonly password: string;
}

/** Whether the header `Authorization` shows the credentials. Digests are compared, so that time tells nothing of them. */
export function isAuthorized(header: string | undefined, { user, password }: WsCredentials): boolean {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? '')?.[1] ?? '';
  const given = Buffer.from(encoded, 'base64');
  // The user has no colon in it; `openWsManagement` sees to that.
  return timingSafeEqual(digest(given), digest(Buffer.from(`${user}:${password}`)));
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
