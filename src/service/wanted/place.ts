// Which adapter and which of its ports something is for, and how that becomes part of a key.

import { anyInitiatorPort, type InitiatorPlace, type PortalAddress } from '../contract/names.ts';

/** The place with what means any left out, so that the same place is always written the same way. */
export function plainPlace({ instance, initiatorPort }: InitiatorPlace): InitiatorPlace {
  const isAny = initiatorPort === undefined || initiatorPort === anyInitiatorPort;
  return { ...(instance === undefined ? {} : { instance }), ...(isAny ? {} : { initiatorPort }) };
}

/** The place as a part of a key; the instance comes last, since its name alone may have blanks in it. */
export function placeKey(place: InitiatorPlace): string {
  const { instance, initiatorPort } = plainPlace(place);
  return `${initiatorPort ?? '*'} ${instance ?? '*'}`;
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatPortal({ host, port }: PortalAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
