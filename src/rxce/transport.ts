// The routines for transports.

import type { TransportDriver, WorkerContext } from '../engine/index.ts';
import { answer, answerLater, isUlong } from './answer.ts';
import { TDI_SERVICE } from './constants.ts';
import { longestDatagram } from './datagram.ts';
import { type NTSTATUS, ntStatus } from './nt-status.ts';
import type { Registry } from './registry.ts';
import { RXCE_TRANSPORT, type RXCE_TRANSPORT_PROVIDER_INFO } from './structures.ts';
import { TransportBinding } from './transport-binding.ts';

export interface TransportCalls {
  /** Binds a transport object to a transport by its name. */
  RxCeBuildTransport(pRxCeTransport: RXCE_TRANSPORT, pTransportName: string, QualityOfService: number): NTSTATUS;
  /** Unbinds a transport object, and takes along what was built on it. */
  RxCeTearDownTransport(pTransport: RXCE_TRANSPORT, SystemWorker?: WorkerContext): Promise<NTSTATUS>;
}

export function transportCalls(registry: Registry): TransportCalls {
  return {
    RxCeBuildTransport: (pRxCeTransport, pTransportName, QualityOfService) =>
      answer(() => buildTransport(registry, pRxCeTransport, pTransportName, QualityOfService)),
    RxCeTearDownTransport: async (pTransport, SystemWorker) =>
      await answerLater(async () => {
        const context = registry.worker(SystemWorker);
        const isMisplaced = context === undefined && SystemWorker !== undefined;
        if (isMisplaced || !(pTransport instanceof RXCE_TRANSPORT)) return ntStatus.STATUS_INVALID_PARAMETER;
        const isUnbound = pTransport.Signature === 0 && !registry.isKnown(pTransport);
        if (isUnbound) return ntStatus.STATUS_SUCCESS;
        return (await registry.transport(pTransport)?.tearDown(context)) ?? ntStatus.STATUS_INVALID_PARAMETER;
      }),
  };
}

function buildTransport(registry: Registry, object: unknown, name: unknown, qualityOfService: unknown): NTSTATUS {
  const { drivers, engine, lookaheadLength } = registry.options;
  const driver = typeof name === 'string' ? drivers.get(name.toLowerCase()) : undefined;
  if (driver === undefined || typeof name !== 'string' || !isUlong(qualityOfService)) {
    return ntStatus.STATUS_INVALID_PARAMETER;
  }
  if (!registry.isFree(object, RXCE_TRANSPORT)) return ntStatus.STATUS_INVALID_PARAMETER;
  const transport = attempt(() => engine.buildTransport(driver));
  if (transport === undefined) return ntStatus.STATUS_INSUFFICIENT_RESOURCES;
  const binding = new TransportBinding({
    object,
    name,
    driver,
    transport,
    providerInfo: providerInfoOf(driver, lookaheadLength),
    qualityOfService,
    forget: registry.forget,
  });
  registry.transports.set(object, binding);
  binding.attach(registry.nextHandle());
  return ntStatus.STATUS_SUCCESS;
}

/** What an engine gives that is not closed. */
function attempt<T>(build: () => T): T | undefined {
  try {
    return build();
  } catch {
    return undefined;
  }
}

/** What there is to say of a driver. One that has datagrams is taken for one that has no circuits. */
function providerInfoOf(driver: TransportDriver, lookaheadLength: number): RXCE_TRANSPORT_PROVIDER_INFO {
  const hasDatagrams = driver.openDatagrams !== undefined;
  const ofCircuits =
    TDI_SERVICE.TDI_SERVICE_CONNECTION_MODE |
    TDI_SERVICE.TDI_SERVICE_ORDERLY_RELEASE |
    TDI_SERVICE.TDI_SERVICE_ERROR_FREE_DELIVERY |
    TDI_SERVICE.TDI_SERVICE_INTERNAL_BUFFERING;
  return {
    Version: 0x0100,
    MaxSendSize: hasDatagrams ? longestDatagram : 0xffff_ffff,
    MaxConnectionUserData: 0,
    MaxDatagramSize: hasDatagrams ? longestDatagram : 0,
    ServiceFlags: hasDatagrams ? TDI_SERVICE.TDI_SERVICE_CONNECTIONLESS_MODE : ofCircuits,
    MinimumLookaheadData: 1,
    MaximumLookaheadData: hasDatagrams ? longestDatagram : lookaheadLength,
    NumberOfResources: 0,
    StartTime: 0n,
  };
}
