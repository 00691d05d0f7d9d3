// The addresses of a host name, for drivers over sockets.

import dns from 'node:dns';
import { isIP } from 'node:net';
import process from 'node:process';
import { raceAbort } from '../base/index.ts';
import type { LocalBinding } from './driver.ts';
import { resolveBinding } from './local-address.ts';

/**
 * The addresses of a host for sockets, as the system orders them; none for a literal, which is its own. Rejects as
 * `dns.lookup` does, or with the signal's reason.
 */
export async function lookUpHost(host: string, binding: LocalBinding, signal: AbortSignal): Promise<string[]> {
  if (isIP(host) !== 0) return [];
  const { family = 0 } = resolveBinding(binding, host);
  // Addresses of a family that this machine has none of are left out, as net.connect does.
  const hints = family === 0 && process.platform !== 'win32' ? dns.ADDRCONFIG : 0;
  const found = await raceAbort(dns.promises.lookup(host, { all: true, family, hints }), signal);
  return [...new Set(found.map(({ address }) => address))];
}
