// A transport for another engine whose links are made with the RxCe names alone, so that whatever runs over an engine can run
// over the names. What rxce.h has no name for, listening and datagrams of a port, goes to the transport below.

import { onAbort } from '../base/index.ts';
import {
  Engine,
  type Link,
  type LocalBinding,
  type Remote,
  sourceAddresses,
  type TransportDriver,
  tcpDriver,
} from '../engine/index.ts';
import { RxCeLink } from './link.ts';
import { type NTSTATUS, ntStatus } from './nt-status.ts';
import { openRxCe, type RxCe } from './rxce.ts';
import { statusError } from './status-error.ts';
import { RXCE_ADDRESS, RXCE_TRANSPORT } from './structures.ts';
import { encodeTransportAddress } from './transport-address.ts';

/** The name by which the transport below is known. */
const transportName = '\\Device\\RxCeDriver';

/** Makes a driver over another one; over TCP unless told. Its circuits are told of on the diagnostics channels once. */
export function rxceDriver(inner: TransportDriver = tcpDriver()): TransportDriver {
  // The limits are those of the engine that the driver works for: it gives up by signal, and resets what does not end.
  const engine = new Engine({
    connectTimeoutMs: 0,
    closeTimeoutMs: 0x7fff_ffff,
    workerBound: 2 ** 20,
    publishesCircuits: false,
  });
  const rxCe = openRxCe({ engine, transports: { [transportName]: inner } });
  return {
    name: `rxce ${inner.name}`,
    checkBinding(binding) {
      inner.checkBinding(binding);
    },
    async connect(remote, binding, signal) {
      return await connectLink(rxCe, engine, { remote, binding, signal });
    },
    ...(inner.openListener === undefined ? {} : { openListener: inner.openListener.bind(inner) }),
    ...(inner.openDatagrams === undefined ? {} : { openDatagrams: inner.openDatagrams.bind(inner) }),
  };
}

interface Wanted {
  readonly remote: Remote;
  readonly binding: LocalBinding;
  readonly signal: AbortSignal;
}

/** A transport and an address of its own a link: tearing the transport down takes all of it along, a pending connect included. */
async function connectLink(rxCe: RxCe, engine: Engine, { remote, binding, signal }: Wanted): Promise<Link> {
  signal.throwIfAborted();
  const transport = new RXCE_TRANSPORT();
  const address = new RXCE_ADDRESS();
  check(rxCe.RxCeBuildTransport(transport, transportName, 0), 'RxCeBuildTransport');
  const abort = (): void => void rxCe.RxCeTearDownTransport(transport);
  const removeAbort = onAbort(signal, abort);
  try {
    const from = encodeTransportAddress({ host: sourceOf(binding, remote.host), port: 0 });
    check(await rxCe.RxCeBuildAddress(address, transport, from, {}, null), 'RxCeBuildAddress');
    const link = new RxCeLink({ rxCe, worker: engine.worker, transport });
    check(await link.connect(address, { RemoteAddress: encodeTransportAddress(remote) }), 'RxCeBuildConnection');
    signal.throwIfAborted();
    return link;
  } catch (error) {
    await rxCe.RxCeTearDownTransport(transport);
    throw signal.aborted ? signal.reason : error;
  } finally {
    removeAbort();
  }
}

/** The address to start from, in words, as a TRANSPORT_ADDRESS has them: an interface is one of its addresses. */
function sourceOf(binding: LocalBinding, host: string): string {
  const { localAddress, family } = binding;
  if (localAddress !== undefined) return localAddress;
  if (binding.interface === undefined) {
    if (family === undefined) return '';
    return family === 4 ? '0.0.0.0' : '::';
  }
  const wanted = family ?? familyOf(host);
  const fitting = sourceAddresses(wanted === undefined ? binding : { ...binding, family: wanted });
  return fitting.find((address) => !address.includes('%')) ?? fitting[0] ?? '';
}

function familyOf(host: string): 4 | 6 | undefined {
  if (host.includes(':')) return 6;
  return /^[\d.]+$/.test(host) ? 4 : undefined;
}

function check(status: NTSTATUS, routine: string): void {
  if (status !== ntStatus.STATUS_SUCCESS) throw statusError(status, routine);
}
