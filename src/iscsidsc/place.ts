// Initiator instances, initiator ports and portals, from the header's form to the service's and back.

import type { InitiatorPlace, PortalAddress, TargetPortal } from '../service/index.ts';
import { badArgument } from './answer.ts';
import { isNull, readArray, readOptionalText, readStructure, readText, readUnsigned } from './arguments.ts';
import type { ISCSI_TARGET_PORTAL } from './structures.ts';
import {
  ISCSI_ANY_INITIATOR_PORT,
  MAX_ISCSI_HBANAME_LEN,
  MAX_ISCSI_PORTAL_ADDRESS_LEN,
  MAX_ISCSI_PORTAL_NAME_LEN,
} from './values.ts';

/** A portal, with the name that its owner gives it. */
export interface NamedPortal {
  readonly address: PortalAddress;
  readonly symbolicName: string | undefined;
}

/** An initiator instance and one of its ports; NULL and ISCSI_ANY_INITIATOR_PORT are any. */
export function readPlace(instance: unknown, port: unknown, instanceName: string): InitiatorPlace {
  const name = readOptionalText(instance, instanceName, MAX_ISCSI_HBANAME_LEN - 1);
  const number = readUnsigned(port, 'InitiatorPortNumber', 32, ISCSI_ANY_INITIATOR_PORT);
  return {
    ...(name === undefined ? {} : { instance: name }),
    ...(number === ISCSI_ANY_INITIATOR_PORT ? {} : { initiatorPort: number }),
  };
}

/** The members of an instance and its port as they come out, under either of the names that the header has for it. */
export function asPlace(place: InitiatorPlace): { readonly name: string; readonly InitiatorPortNumber: number } {
  return { name: place.instance ?? '', InitiatorPortNumber: place.initiatorPort ?? ISCSI_ANY_INITIATOR_PORT };
}

/** ISCSI_TARGET_PORTAL. */
export function readPortal(value: unknown, name: string): NamedPortal {
  const members = readStructure(value, name);
  const host = readText(members['Address'], `${name}.Address`, MAX_ISCSI_PORTAL_ADDRESS_LEN - 1);
  const port = readUnsigned(members['Socket'], `${name}.Socket`, 16);
  if (port === 0) badArgument(`${name}.Socket`, 'a TCP port');
  return {
    address: { host: host.replace(/^\[(.*)\]$/, '$1'), port },
    symbolicName: readOptionalText(members['SymbolicName'], `${name}.SymbolicName`, MAX_ISCSI_PORTAL_NAME_LEN - 1),
  };
}

/** ISCSI_TARGET_PORTAL, or none: NULL, or one without an address. */
export function readOptionalPortal(value: unknown, name: string): NamedPortal | undefined {
  if (isNull(value)) return undefined;
  const { Address } = readStructure(value, name);
  return isNull(Address) || Address === '' ? undefined : readPortal(value, name);
}

/** ISCSI_TARGET_PORTAL_GROUP, or none. */
export function readPortalGroup(value: unknown, name: string): readonly TargetPortal[] | undefined {
  if (isNull(value)) return undefined;
  const members = readStructure(value, name);
  return readArray(members['Portals'], `${name}.Portals`, members['Count']).map(
    (portal, index) => readPortal(portal, `${name}.Portals[${index}]`).address,
  );
}

/** A portal as the header has it; undefined is one without an address. */
export function asPortal(portal: PortalAddress | undefined, symbolicName = ''): ISCSI_TARGET_PORTAL {
  return { SymbolicName: symbolicName, Address: portal?.host ?? '', Socket: portal?.port ?? 0 };
}
