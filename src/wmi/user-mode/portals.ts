// Portals and places, from the form of the classes to the service's and back.

import { anyInitiatorPort, type InitiatorPlace, type PortalAddress, type TargetPortal } from '../../service/index.ts';
import type { CimObject } from '../cim/cim-value.ts';
import { cimObject, valuesOf } from '../cim/class-table.ts';
import { portalGroupTable, portalTable } from './embedded.ts';
import { invalid, textOf } from './inputs.ts';

/** An object of MSIscsiInitiator_Portal; the empty one stands for any portal. */
export function asPortal(portal: PortalAddress | undefined, index = 0): CimObject {
  return cimObject(portalTable, {
    Index: index,
    SymbolicName: '',
    Address: portal?.host ?? '',
    Port: portal?.port ?? 0,
  });
}

/** A portal that is given, or none: null, or one without an address. */
export function readPortal(object: CimObject | null, name: string): PortalAddress | undefined {
  if (object === null) return undefined;
  const { Address, Port } = valuesOf(portalTable, object);
  const host = textOf(Address)?.replace(/^\[(.*)\]$/, '$1');
  if (host === undefined) return undefined;
  return Port === null || Port === 0 ? invalid(`${name}.Port must be a TCP port`) : { host, port: Port };
}

/** Portals by portal group, numbered from 0; those whose group is not known are one. */
export function asPortalGroups(portals: readonly TargetPortal[]): CimObject[] {
  const tags = [...new Set(portals.map(({ portalGroupTag }) => portalGroupTag))];
  return tags.map((tag, index) => {
    const own = portals.filter(({ portalGroupTag }) => portalGroupTag === tag);
    return cimObject(portalGroupTable, { Index: index, Portals: own.map((each, at) => asPortal(each, at)) });
  });
}

/** A place of an instance's name, where it has one, and of a port; 0xffffffff is any port. */
export function placeOf(instance: string | null, port: number | null): InitiatorPlace {
  const name = textOf(instance);
  return {
    ...(name === undefined ? {} : { instance: name }),
    ...(port === null || port === anyInitiatorPort ? {} : { initiatorPort: port }),
  };
}

/** Whether two portals are one. */
export function isSamePortal(a: PortalAddress, b: PortalAddress): boolean {
  return a.host.toLowerCase() === b.host.toLowerCase() && a.port === b.port;
}
