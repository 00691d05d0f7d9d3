// Addresses of servers, which the service has as `host` or `host:port` and this contract without a port.

/** The host of `host`, `host:port`, an IPv6 address, `[v6]` or `[v6]:port`. */
export function hostOf(address: string): string {
  const bracketed = /^\[(?<host>[^\]]+)\]/.exec(address)?.groups?.['host'];
  if (bracketed !== undefined) return bracketed;
  const parts = address.split(':');
  return parts.length === 2 ? (parts[0] ?? '') : address;
}

/** The host as an address for the service. */
export function addressOfHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Whether two hosts are written the same, but for their case. */
export function isSameHost(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
