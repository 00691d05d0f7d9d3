// Which class a resource URI names, and which URI names a class.

import type { CimClass } from '../cim/cim-class.ts';
import { cimNamespace } from '../cim/cim-class.ts';
import type { CimRepository } from '../cim/cim-repository.ts';
import { namespaceSelector, resourceBase } from './names.ts';
import { type SoapFault, soapFault } from './soap-fault.ts';

/** How URIs of classes are written: Microsoft's own way, or that of the CIM binding. Answers use the way of the request. */
export type ResourceStyle = 'wmi' | 'cim';

/** What a request is about. */
export interface Resource {
  readonly style: ResourceStyle;
  /** As the request writes it; undefined where it does not say. */
  readonly namespace: string | undefined;
  /** Undefined for `*`, all classes of the namespace. */
  readonly className: string | undefined;
}

/** Namespaces in which a class is looked for when the request does not say, in this order. */
const defaultNamespaces: readonly string[] = [cimNamespace.wmi, cimNamespace.storage];

/**
 * Reads a resource URI, with the value of the selector `__cimnamespace` where there is one. Throws a fault
 * (wsa:DestinationUnreachable) for one that is of no class.
 */
export function parseResource(uri: string, selected: string | undefined): Resource {
  const lower = uri.toLowerCase();
  if (lower.startsWith(resourceBase.wmi)) {
    const path = uri.slice(resourceBase.wmi.length);
    const end = path.lastIndexOf('/');
    if (end <= 0) throw invalidResource();
    const namespace = path.slice(0, end);
    if (selected !== undefined && folded(selected) !== folded(namespace)) {
      throw soapFault('invalidSelectors', {
        detail: 'InvalidValue',
        text: `${namespaceSelector} is another namespace than that of the resource URI`,
      });
    }
    return { style: 'wmi', namespace, className: toClassName(path.slice(end + 1)) };
  }
  for (const base of [resourceBase.cimSchema, resourceBase.cim]) {
    if (!lower.startsWith(base)) continue;
    const name = toClassName(uri.slice(base.length));
    if (base === resourceBase.cim && name !== undefined) break;
    return { style: 'cim', namespace: selected, className: name };
  }
  throw invalidResource();
}

function toClassName(name: string): string | undefined {
  if (name === '*') return undefined;
  if (!/^[A-Za-z_]\w{0,255}$/.test(name)) throw invalidResource();
  return name;
}

/** The class of a name in the namespace of the resource. Throws a fault (wsa:DestinationUnreachable) where there is none. */
export function findClass(repository: CimRepository, { namespace }: Resource, className: string): CimClass {
  for (const each of namespace === undefined ? defaultNamespaces : [namespace]) {
    const found = repository.find(each, className);
    if (found !== undefined) return found;
  }
  throw invalidResource();
}

/** The URI of a class, which is also the XML namespace of its instances. */
export function uriOf(style: ResourceStyle, { namespace, name }: Pick<CimClass, 'namespace' | 'name'>): string {
  return style === 'cim' ? `${resourceBase.cimSchema}${name}` : `${resourceBase.wmi}${namespace}/${name}`;
}

export function invalidResource(): SoapFault {
  return soapFault('destinationUnreachable', { detail: 'InvalidResourceURI', text: 'There is no such class' });
}

function folded(namespace: string): string {
  return namespace.toLowerCase().replaceAll('\\', '/');
}
