// The routines that tell of transports and circuits.

import os from 'node:os';
import { type Answer, answerWith, isUlong } from './answer.ts';
import { RXCE_CONNECTION_INFORMATION_CLASS } from './constants.ts';
import { parseIp } from './ip-text.ts';
import { ntStatus } from './nt-status.ts';
import type { Registry } from './registry.ts';
import type {
  RXCE_CONNECTION_INFO,
  RXCE_CONNECTION_INFORMATION,
  RXCE_TRANSPORT,
  RXCE_TRANSPORT_INFORMATION,
  RXCE_TRANSPORT_PROVIDER_INFO,
  RXCE_VC,
  TDI_ADDRESS_INFO,
} from './structures.ts';
import { addressText, encodeTransportAddress } from './transport-address.ts';
import type { TransportBinding } from './transport-binding.ts';
import type { VcBinding } from './vc-binding.ts';

/** The part of an ADAPTER_STATUS that means something without NetBIOS. */
export interface ADAPTER_STATUS {
  /** The hardware address: 6 bytes. */
  readonly adapter_address: Uint8Array;
  /** There are no NetBIOS names. */
  readonly name_count: number;
}

/** What RxCeQueryInformation answers with, by its class. */
export type VcInformation =
  | RXCE_TRANSPORT_PROVIDER_INFO
  | RXCE_CONNECTION_INFORMATION
  | RXCE_CONNECTION_INFO
  | TDI_ADDRESS_INFO;

export interface AdapterStatusOut {
  readonly AdapterStatus: ADAPTER_STATUS;
}

export interface TransportInformationOut {
  readonly TransportInformation: RXCE_TRANSPORT_INFORMATION;
}

export interface InformationOut {
  readonly Information: VcInformation;
}

export interface InformationCalls {
  /** Tells of the network interface that an address of a transport is tied to. */
  RxCeQueryAdapterStatus(pTransport: RXCE_TRANSPORT): Answer<AdapterStatusOut>;
  /** Tells how many connections a transport has, and its quality of service. */
  RxCeQueryTransportInformation(pTransport: RXCE_TRANSPORT): Answer<TransportInformationOut>;
  /** Tells of a circuit and its connection. Length is that of the buffer which the structure would go to. */
  RxCeQueryInformation(pVc: RXCE_VC, InformationClass: number, Length: number): Answer<InformationOut>;
}

export function informationCalls(registry: Registry): InformationCalls {
  return {
    RxCeQueryAdapterStatus: (pTransport) =>
      answerWith<AdapterStatusOut>(() => {
        const binding = registry.transport(pTransport);
        if (binding === undefined) return { Status: ntStatus.STATUS_INVALID_PARAMETER };
        const address = adapterOf(binding);
        if (address === undefined) return { Status: ntStatus.STATUS_ADDRESS_NOT_ASSOCIATED };
        return { Status: ntStatus.STATUS_SUCCESS, AdapterStatus: { adapter_address: address, name_count: 0 } };
      }),
    RxCeQueryTransportInformation: (pTransport) =>
      answerWith<TransportInformationOut>(() => {
        const binding = registry.transport(pTransport);
        if (binding === undefined) return { Status: ntStatus.STATUS_INVALID_PARAMETER };
        const { connectionCount, qualityOfService } = binding;
        const information = { ConnectionCount: connectionCount, QualityOfService: qualityOfService };
        return { Status: ntStatus.STATUS_SUCCESS, TransportInformation: information };
      }),
    RxCeQueryInformation: (pVc, InformationClass, Length) =>
      answerWith<InformationOut>(() => {
        const binding = registry.circuit(pVc);
        const isWhole = binding !== undefined && registry.isWhole(binding);
        const found = isWhole ? informationOf(binding, InformationClass) : undefined;
        if (found === undefined || !isUlong(Length)) return { Status: ntStatus.STATUS_INVALID_PARAMETER };
        if (Length < found.length) return { Status: ntStatus.STATUS_BUFFER_OVERFLOW };
        return { Status: ntStatus.STATUS_SUCCESS, Information: found.information };
      }),
  };
}

/** The structure of a class, and the bytes that it has on a 64-bit system with what it points to behind it. */
function informationOf(
  binding: VcBinding,
  informationClass: unknown,
): { readonly information: VcInformation; readonly length: number } | undefined {
  const { information, parent } = binding.parent;
  switch (informationClass) {
    case RXCE_CONNECTION_INFORMATION_CLASS.RxCeTransportProviderInformation:
      return { information: parent.parent.providerInfo, length: 40 };
    case RXCE_CONNECTION_INFORMATION_CLASS.RxCeConnectionInformation: {
      const behind = information.UserDataLength + information.OptionsLength + information.RemoteAddressLength;
      return { information, length: 48 + behind };
    }
    case RXCE_CONNECTION_INFORMATION_CLASS.RxCeConnectionEndpointInformation:
      return { information: endpointInformation(binding), length: 56 };
    case RXCE_CONNECTION_INFORMATION_CLASS.RxCeRemoteAddressInformation: {
      const { address, port } = binding.circuit?.remote ?? { address: '', port: 0 };
      const Address = encodeTransportAddress({ host: address, port });
      const ActivityCount = binding.parent.object.VirtualCircuitCount;
      return { information: { ActivityCount, Address }, length: 4 + Address.length };
    }
    default:
      return undefined;
  }
}

function endpointInformation({ object, outflow, inflow, circuit, parent }: VcBinding): RXCE_CONNECTION_INFO {
  return {
    State: object.State,
    Event: 0,
    TransmittedTsdus: outflow.sends >>> 0,
    ReceivedTsdus: inflow.events >>> 0,
    TransmissionErrors: outflow.failures,
    ReceiveErrors: 0,
    Throughput: 0n,
    Delay: 0n,
    SendBufferSize: circuit?.highWaterMark ?? 0,
    ReceiveBufferSize: parent.parent.parent.providerInfo.MaximumLookaheadData,
    Unreliable: false,
  };
}

/** The hardware address of the interface that has one of the transport's addresses. */
function adapterOf(binding: TransportBinding): Uint8Array | undefined {
  const infos = Object.values(os.networkInterfaces()).flatMap((all) => all ?? []);
  for (const { transportAddress } of binding.addresses) {
    const bytes = parseIp(addressText(transportAddress)?.host.split('%', 1)[0] ?? '');
    const found = infos.find((info) => bytes !== undefined && parseIp(info.address)?.join() === bytes.join());
    if (found !== undefined) return Uint8Array.from(found.mac.split(':'), (pair) => Number.parseInt(pair, 16));
  }
  return undefined;
}
