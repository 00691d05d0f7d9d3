// A portal as people write it: host and port.

import { UsageError } from './errors/usage-error.ts';

/** The port that iSCSI targets listen on (RFC 7143 §14). */
const iscsiPort = 3260;

/**
 * Reads `host`, `host:port`, `[v6]` or `[v6]:port`; port 3260 unless given. Throws UsageError ISCSI_BAD_URL with the
 * argument `host`.
 */
export function parsePortal(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[(?<v6>[0-9A-Fa-f:.]+(?:%[^\]]+)?)\]|(?<host>[^:[\]\s/?#@]+))(?::(?<port>\d{1,5}))?$/.exec(text);
  const host = match?.groups?.['v6'] ?? match?.groups?.['host'];
  const port = Number(match?.groups?.['port'] ?? iscsiPort);
  if (host === undefined || port < 1 || port > 0xffff) {
    const message = `Bad iSCSI URL: ${JSON.stringify(text)} is no host with a port (IPv6 stands in brackets)`;
    throw new UsageError('ISCSI_BAD_URL', message, { argument: 'host' });
  }
  return { host, port };
}
