// Subscribe, Renew, GetStatus and Unsubscribe (WS-Eventing, DSP0226 clause 10), with delivery by Pull.

import { formatDuration } from '../durations.ts';
import { refuse, theOneIn } from '../envelope/soap.ts';
import type { WsAnswer } from '../envelope/write-envelope.ts';
import { action, anonymous, ns, pullDelivery } from '../names.ts';
import { type FaultName, soapFault } from '../soap-fault.ts';
import { attributeOf, element, isNamed, type XmlElement } from '../xml/xml-node.ts';
import { readLifetime, sourceOf, writeSelected } from './enumerate.ts';
import type { CimEvent, Operation } from './operation.ts';

/** `Subscribe`, to the events of a class, or to those that a WQL filter selects. */
export function subscribe(operation: Operation): WsAnswer {
  const { endpoint, request } = operation;
  const body = bodyNamed(operation, 'Subscribe');
  checkDelivery(body);
  const { cimClass, objects, filter } = sourceOf(operation, body, 'eventing');
  if (!cimClass.isEvent) throw soapFault('eventSourceUnable', { text: 'The class is none of events' });
  const { lifetimeMs } = readLifetime(endpoint, body, ns.eventing, 'invalidEventExpirationTime');
  const wants = ({ namespace, event }: CimEvent): boolean =>
    namespace.toLowerCase() === cimClass.namespace.toLowerCase() &&
    event.className.toLowerCase() === cimClass.name.toLowerCase() &&
    filter.matches(event);
  const write = ({ event }: CimEvent): XmlElement => writeSelected(objects, cimClass, filter, event);
  const { id, contextId } = endpoint.subscriptions.open({ wants, write }, lifetimeMs);
  const answer = element(ns.eventing, 'SubscribeResponse', [
    element(ns.eventing, 'SubscriptionManager', [
      element(ns.addressing, 'Address', [anonymous]),
      element(ns.addressing, 'ReferenceParameters', [
        element(ns.wsman, 'ResourceURI', [request.resourceUri ?? '']),
        element(ns.eventing, 'Identifier', [id]),
      ]),
    ]),
    element(ns.eventing, 'Expires', [formatDuration(lifetimeMs)]),
    element(ns.enumeration, 'EnumerationContext', [contextId]),
  ]);
  return { action: `${action.subscribe}Response`, body: answer };
}

/** `Renew`. */
export function renew(operation: Operation): WsAnswer {
  const body = bodyNamed(operation, 'Renew');
  const { endpoint } = operation;
  const { lifetimeMs } = readLifetime(endpoint, body, ns.eventing, 'invalidEventExpirationTime');
  endpoint.subscriptions.renew(identifierOf(operation), lifetimeMs, 'unableToRenew');
  return expiring(action.renew, 'RenewResponse', lifetimeMs);
}

/** `GetStatus`. */
export function getStatus(operation: Operation): WsAnswer {
  bodyNamed(operation, 'GetStatus');
  const left = operation.endpoint.subscriptions.remainingMs(identifierOf(operation), unknown);
  return expiring(action.getStatus, 'GetStatusResponse', left);
}

/** `Unsubscribe`. */
export function unsubscribe(operation: Operation): WsAnswer {
  bodyNamed(operation, 'Unsubscribe');
  operation.endpoint.subscriptions.end(identifierOf(operation), unknown);
  return { action: `${action.unsubscribe}Response`, body: undefined };
}

const unknown: FaultName = 'invalidEventMessage';

function expiring(request: string, name: string, lifetimeMs: number): WsAnswer {
  const expires = element(ns.eventing, 'Expires', [formatDuration(lifetimeMs)]);
  return { action: `${request}Response`, body: element(ns.eventing, name, [expires]) };
}

function identifierOf({ request: { subscriptionId } }: Operation): string {
  if (subscriptionId === undefined) throw soapFault(unknown, { text: 'There is no header Identifier' });
  return subscriptionId;
}

/** Nobody is connected to: events wait until they are fetched. Throws a fault for any other wish. */
function checkDelivery(body: XmlElement): void {
  const delivery = theOneIn(body, ns.eventing, 'Delivery');
  const mode = delivery === undefined ? undefined : attributeOf(delivery, '', 'Mode');
  if (delivery === undefined || mode !== pullDelivery) {
    throw soapFault('deliveryModeUnavailable', {
      text: 'Events are fetched by Pull',
      elements: [element(ns.eventing, 'SupportedDeliveryMode', [pullDelivery])],
    });
  }
  for (const [parent, name, detail] of [
    [delivery, 'Heartbeats', 'Heartbeats'],
    [delivery, 'ConnectionRetry', 'DeliveryRetries'],
    [body, 'SendBookmarks', 'Bookmarks'],
    [body, 'Bookmark', 'Bookmarks'],
  ] as const) {
    if (theOneIn(parent, ns.wsman, name) !== undefined) {
      throw soapFault('unsupportedFeature', { detail, text: `${name} is not supported` });
    }
  }
  if (theOneIn(body, ns.eventing, 'EndTo') !== undefined) {
    throw soapFault('unsupportedFeature', {
      detail: 'AddressingMode',
      text: 'Nobody is told that a subscription ends',
    });
  }
}

function bodyNamed({ request: { body } }: Operation, name: string): XmlElement {
  if (body === undefined || !isNamed(body, ns.eventing, name)) refuse(`The body is no ${name}`);
  return body;
}
