// InitiatorInstanceName and InitiatorPortalAddress: which initiator, and which local address of it.

import {
  anyInitiatorPort,
  type InitiatorInfo,
  type InitiatorPlace,
  type InitiatorService,
} from '../../../service/index.ts';
import { refuse } from '../../cim/return-value.ts';
import { textOf } from '../inputs.ts';

/** The names of a place as the storage classes have them; null and empty are any. */
export interface InitiatorPortal {
  readonly InitiatorInstanceName: string | null;
  readonly InitiatorPortalAddress: string | null;
}

/**
 * The place of an instance and a local address, which may be without the instance: then it is the first one that has it. An
 * address that is none of the instance's is ISDSC_INVALID_PORT_NUMBER.
 */
export async function readInitiatorPortal(
  service: InitiatorService,
  { InitiatorInstanceName, InitiatorPortalAddress }: InitiatorPortal,
  signal: AbortSignal,
): Promise<InitiatorPlace> {
  const name = textOf(InitiatorInstanceName);
  const address = textOf(InitiatorPortalAddress)?.toLowerCase();
  if (address === undefined || isUnspecified(address)) return name === undefined ? {} : { instance: name };
  const { instances } = await service.initiator({ signal });
  const meant = instances.filter(({ instance }) => name === undefined || instance.toLowerCase() === name.toLowerCase());
  for (const { instance, ports } of meant) {
    const initiatorPort = ports.findIndex((each) => each.toLowerCase() === address);
    if (initiatorPort >= 0) return { instance, initiatorPort };
  }
  // An instance that there is not is the service's to refuse.
  if (name !== undefined && meant.length === 0) return { instance: name };
  return refuse('ISDSC_INVALID_PORT_NUMBER', `No initiator has the local address ${address}`);
}

/** The place as the storage classes name it. */
export function asInitiatorPortal(place: InitiatorPlace, { instances }: InitiatorInfo): InitiatorPortal {
  const { instance, initiatorPort = anyInitiatorPort } = place;
  const own = instances.find((each) => instance === undefined || each.instance === instance);
  return { InitiatorInstanceName: instance ?? '', InitiatorPortalAddress: own?.ports[initiatorPort] ?? '' };
}

function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
