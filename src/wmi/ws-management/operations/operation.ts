// What every operation works with: a request, the classes, and how long it may take.

import type { Clock } from '../../../base/index.ts';
import type { CimClass, CimKeys } from '../../cim/cim-class.ts';
import type { CimRepository } from '../../cim/cim-repository.ts';
import type { CimObject } from '../../cim/cim-value.ts';
import type { ObjectStyle } from '../cim-xml/write-object.ts';
import type { EnumerationContexts } from '../enumeration-contexts.ts';
import type { WsRequest } from '../envelope/request.ts';
import type { WsManagementLimits } from '../limits.ts';
import { namespaceSelector } from '../names.ts';
import { findClass, invalidResource, parseResource, type Resource } from '../resource.ts';
import { soapFault } from '../soap-fault.ts';
import type { Subscriptions } from '../subscriptions.ts';
import type { XmlElement } from '../xml/xml-node.ts';

/** An event as it comes from the classes. */
export interface CimEvent {
  readonly namespace: string;
  readonly event: CimObject;
}

/** One item of an enumeration, which is written when it goes out. */
export type EnumerationItem = () => XmlElement;

/** What the operations of an endpoint share. */
export interface Endpoint {
  readonly repository: CimRepository;
  readonly clock: Clock;
  readonly limits: WsManagementLimits;
  readonly enumerations: EnumerationContexts<EnumerationItem>;
  readonly subscriptions: Subscriptions<CimEvent>;
}

/** One operation. */
export interface Operation {
  readonly endpoint: Endpoint;
  readonly request: WsRequest;
  /** Aborted when the time is up, the client has gone or the endpoint closes. */
  readonly signal: AbortSignal;
  /** How many octets of UTF-8 the answer may have. */
  readonly answerLength: number;
}

/** A class that a request is about, and the keys by which it names an instance. */
export interface Target {
  readonly cimClass: CimClass;
  /** By the class's own names; only those that the request has. */
  readonly keys: CimKeys;
  readonly objects: ObjectStyle;
}

/** The resource of a request. Throws a fault where it names none. */
export function resourceOf({ resourceUri, selectors }: WsRequest): Resource {
  if (resourceUri === undefined) throw invalidResource();
  return parseResource(resourceUri, namespaceOf(selectors));
}

/** The class of a request, and its selectors. Throws a fault for a class or a selector that there is not. */
export function targetOf({ endpoint, request }: Operation): Target {
  const resource = resourceOf(request);
  if (resource.className === undefined) throw invalidResource();
  const { repository } = endpoint;
  const cimClass = findClass(repository, resource, resource.className);
  return { cimClass, keys: keysIn(cimClass, request.selectors), objects: { repository, style: resource.style } };
}

/** The keys of a class that are among selectors. Throws a fault for a selector that is none of them. */
function keysIn(cimClass: CimClass, selectors: ReadonlyMap<string, string>): CimKeys {
  const keys: Record<string, string> = {};
  for (const [name, value] of selectors) {
    if (name.toLowerCase() === namespaceSelector) continue;
    const property = cimClass.properties.find((each) => each.isKey && each.name.toLowerCase() === name.toLowerCase());
    if (property === undefined) {
      throw soapFault('invalidSelectors', { detail: 'UnexpectedSelectors', text: 'A selector is no key of the class' });
    }
    keys[property.name] = value;
  }
  return keys;
}

/** Throws a fault unless all keys of the class are there: less does not name one instance. */
export function requireAllKeys({ cimClass, keys }: Target): void {
  const missing = cimClass.properties.find(({ isKey, name }) => isKey && !Object.hasOwn(keys, name));
  if (missing !== undefined) {
    throw soapFault('invalidSelectors', {
      detail: 'InsufficientSelectors',
      text: `There is no selector ${missing.name}`,
    });
  }
}

function namespaceOf(selectors: ReadonlyMap<string, string>): string | undefined {
  for (const [name, value] of selectors) if (name.toLowerCase() === namespaceSelector) return value;
  return undefined;
}
