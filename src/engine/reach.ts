// Reaching a host that has several addresses: all of them at once, so that one that is dead costs no time.

import type { Link, LocalBinding, Remote, TransportDriver } from './driver.ts';
import { releaseLink } from './link-release.ts';

/** How many addresses of one host are tried. */
const mostAddresses = 16;

/**
 * Connects to a remote. Where its host has several addresses, the first link wins; `rest` is given what settles, without
 * rejecting, when the others are released. Rejects as the driver does; when all fail, with an AggregateError that names each.
 */
export async function reach(
  driver: TransportDriver,
  { remote, binding }: { readonly remote: Remote; readonly binding: LocalBinding },
  signal: AbortSignal,
  rest: (released: Promise<void>) => void,
): Promise<Link> {
  if (driver.lookUp === undefined) return await driver.connect(remote, binding, signal);
  const addresses = await driver.lookUp(remote, binding, signal);
  signal.throwIfAborted();
  const [only, ...others] = addresses.slice(0, mostAddresses).map((address) => ({ ...remote, address }));
  if (only === undefined || others.length === 0) return await driver.connect(only ?? remote, binding, signal);
  const ending = new AbortController();
  const both = AbortSignal.any([signal, ending.signal]);
  const connects = [only, ...others].map((to) => driver.connect(to, binding, both));
  let winner: Link | undefined;
  try {
    winner = await Promise.any(connects);
    return winner;
  } catch (error) {
    throw error instanceof AggregateError ? named(error.errors as Error[]) : error;
  } finally {
    ending.abort(new Error('another address of the host has answered'));
    rest(releaseAllBut(winner, connects));
  }
}

async function releaseAllBut(winner: Link | undefined, connects: readonly Promise<Link>[]): Promise<void> {
  const settled = await Promise.allSettled(connects);
  const links = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  await Promise.all(links.filter((link) => link !== winner).map(releaseLink));
}

function named(errors: readonly NodeJS.ErrnoException[]): Error {
  const error = new AggregateError(errors, errors.map(({ message }) => message).join(', '));
  const code = errors[0]?.code;
  return code === undefined ? error : Object.assign(error, { code });
}
