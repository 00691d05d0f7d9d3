// The routines for addresses.

import type { DatagramHandlers, DatagramPort, LocalBinding, WorkerContext } from '../engine/index.ts';
import { AddressBinding } from './address-binding.ts';
import { answerLater } from './answer.ts';
import { datagramReceived } from './datagram.ts';
import { copyAddressHandlers, type RXCE_ADDRESS_EVENT_HANDLER } from './handlers.ts';
import { type NTSTATUS, ntStatus, statusOf } from './nt-status.ts';
import type { Registry } from './registry.ts';
import { RXCE_ADDRESS, type RXCE_TRANSPORT } from './structures.ts';
import { type AddressText, addressText, encodeTransportAddress } from './transport-address.ts';
import type { TransportBinding } from './transport-binding.ts';

export interface AddressCalls {
  /** Ties a local address to a transport; over a transport that has datagrams it is a port for them, too. */
  RxCeBuildAddress(
    pAddress: RXCE_ADDRESS,
    pTransport: RXCE_TRANSPORT,
    pTransportAddress: Uint8Array,
    pHandler: RXCE_ADDRESS_EVENT_HANDLER,
    pEventContext: unknown,
  ): Promise<NTSTATUS>;
  /** Takes an address off its transport, and takes along what was built on it. */
  RxCeTearDownAddress(pAddress: RXCE_ADDRESS, SystemWorker?: WorkerContext): Promise<NTSTATUS>;
}

export function addressCalls(registry: Registry): AddressCalls {
  return {
    RxCeBuildAddress: async (pAddress, pTransport, pTransportAddress, pHandler, pEventContext) =>
      await answerLater(async () => {
        const parent = registry.transport(pTransport);
        const handler = copyAddressHandlers(pHandler);
        const at = pTransportAddress instanceof Uint8Array ? addressText(pTransportAddress) : undefined;
        if (parent?.isOpen !== true || handler === undefined || at === undefined) {
          return ntStatus.STATUS_INVALID_PARAMETER;
        }
        if (!registry.isFree(pAddress, RXCE_ADDRESS)) return ntStatus.STATUS_INVALID_PARAMETER;
        return await registry.building([pAddress], async () => {
          return await buildAddress(registry, { object: pAddress, parent, handler, context: pEventContext, at });
        });
      }),
    RxCeTearDownAddress: async (pAddress, SystemWorker) =>
      await answerLater(async () => {
        const context = registry.worker(SystemWorker);
        const isMisplaced = context === undefined && SystemWorker !== undefined;
        const binding = isMisplaced ? undefined : registry.address(pAddress);
        const isWhole = binding !== undefined && registry.transport(pAddress.pTransport) === binding.parent;
        return isWhole ? await binding.tearDown(context) : ntStatus.STATUS_INVALID_PARAMETER;
      }),
  };
}

interface Wanted {
  readonly object: RXCE_ADDRESS;
  readonly parent: TransportBinding;
  readonly handler: RXCE_ADDRESS_EVENT_HANDLER;
  readonly context: unknown;
  readonly at: AddressText;
}

async function buildAddress(registry: Registry, { object, parent, handler, context, at }: Wanted): Promise<NTSTATUS> {
  const hasDatagrams = parent.driver.openDatagrams !== undefined;
  if (!hasDatagrams && at.port !== 0) return ntStatus.STATUS_INVALID_PARAMETER; // circuits start from a port of the system's
  const address = parent.transport.buildAddress(bindingOf(at.host));
  let port: DatagramPort | undefined;
  let binding: AddressBinding | undefined = undefined as AddressBinding | undefined;
  const events: DatagramHandlers = {
    received: (bytes, from) => {
      if (binding !== undefined) datagramReceived(binding, bytes, from);
    },
    // A datagram that did not get through is no error of the endpoint, which would be of no use from then on.
    failed: () => {},
  };
  try {
    if (hasDatagrams)
      port = await address.openDatagrams({ port: at.port, sendBound: registry.options.sendBound }, events);
  } catch (error) {
    await address.tearDown();
    return parent.isOpen ? statusOf(error) : ntStatus.STATUS_INVALID_PARAMETER;
  }
  if (!parent.isOpen) {
    await address.tearDown();
    return ntStatus.STATUS_INVALID_PARAMETER;
  }
  const local = port === undefined ? at : { host: port.local.address, port: port.local.port };
  const transportAddress = encodeTransportAddress(local);
  binding = new AddressBinding({ object, parent, address, port, handler, context, transportAddress });
  registry.addresses.set(object, binding);
  parent.adopt(binding);
  binding.attach(registry.nextHandle());
  return ntStatus.STATUS_SUCCESS;
}

/** Nothing is wherever the system likes, the address of zeros the same in its family. */
function bindingOf(host: string): LocalBinding {
  if (host === '') return {};
  if (host === '0.0.0.0') return { family: 4 };
  return host === '::' ? { family: 6 } : { localAddress: host };
}
