// Addresses of servers: `host` or `host:port`.

import type { PortalAddress } from '../contract/names.ts';
import { badRequest } from '../input/check.ts';

/** The port of RADIUS (RFC 2865 §3), and that of iSNS (RFC 4171 §2.9.1). */
export const radiusPort = 1812;
export const isnsPort = 3205;

/** The parts of an address that has the right form. Throws ServiceError SERVICE_BAD_REQUEST for a port that is none. */
export function parseServer(address: string, defaultPort: number): PortalAddress {
  const bracketed = /^\[(?<host>[^\]]+)\](?::(?<port>\d+))?$/.exec(address)?.groups;
  const plain = /^(?<host>[^:]+)(?::(?<port>\d+))?$/.exec(address)?.groups;
  const { host = address, port } = bracketed ?? plain ?? {};
  const number = port === undefined ? defaultPort : Number(port);
  if (number < 1 || number > 65_535) throw badRequest('address', 'has a port that is none');
  return { host, port: number };
}
