// Enumerate, Pull and Release (WS-Enumeration, DSP0226 clause 8).

import type { CimClass } from '../../cim/cim-class.ts';
import type { CimObject } from '../../cim/cim-value.ts';
import { type ObjectStyle, writeFragment, writeInstance, writeReference } from '../cim-xml/write-object.ts';
import { formatDuration, parseDuration, parseExpiration } from '../durations.ts';
import { refuse, theOneIn } from '../envelope/soap.ts';
import type { WsAnswer } from '../envelope/write-envelope.ts';
import { action, ns } from '../names.ts';
import { findClass } from '../resource.ts';
import { type FaultName, soapFault } from '../soap-fault.ts';
import { lengthOf } from '../xml/write-xml.ts';
import { element, isNamed, textOf, type XmlElement } from '../xml/xml-node.ts';
import { type ClassFilter, fitFilter, readFilter } from './filter.ts';
import { type Endpoint, type EnumerationItem, type Operation, resourceOf } from './operation.ts';

/** What an answer takes besides its items: the envelope, its headers, and the namespaces that it declares. */
const envelopeLength = 4096;

/** What items are: the instances, references to them, or both. */
type Mode = 'EnumerateObject' | 'EnumerateEPR' | 'EnumerateObjectAndEPR';

/** `Enumerate`. What there is when it is asked is what is enumerated. */
export async function enumerate(operation: Operation): Promise<WsAnswer> {
  const { endpoint, request, signal } = operation;
  const body = bodyNamed(operation, 'Enumerate');
  if (theOneIn(body, ns.enumeration, 'EndTo') !== undefined) {
    throw soapFault('unsupportedFeature', {
      detail: 'AddressingMode',
      text: 'Nobody is told that an enumeration ends',
    });
  }
  const mode = readMode(body);
  const { cimClass, objects, filter } = sourceOf(operation, body, 'enumeration');
  const { lifetimeMs, isNamed: isTimed } = readLifetime(endpoint, body, ns.enumeration, 'invalidExpirationTime');
  const isOptimized = theOneIn(body, ns.wsman, 'OptimizeEnumeration') !== undefined;
  const most = readCount(body, ns.wsman) ?? 1;
  const instances = (await cimClass.instances(signal)).filter(filter.matches);
  const items = instances.map((instance) => itemOf(mode, objects, cimClass, filter, instance));
  const first = isOptimized ? fitting(items, most, operation.answerLength) : [];
  const rest = items.slice(first.length);
  const isWhole = isOptimized && rest.length === 0;
  const context = isWhole ? '' : endpoint.enumerations.open(rest, lifetimeMs, !isTimed);
  const answer = element(ns.enumeration, 'EnumerateResponse', [
    isTimed ? element(ns.enumeration, 'Expires', [formatDuration(lifetimeMs)]) : undefined,
    element(ns.enumeration, 'EnumerationContext', context === '' ? [] : [context]),
    isOptimized ? element(ns.wsman, 'Items', first) : undefined,
    isWhole ? element(ns.wsman, 'EndOfSequence') : undefined,
  ]);
  const estimate = request.wantsEstimate ? [estimateOf(items.length)] : [];
  return { action: `${action.enumerate}Response`, headers: estimate, body: answer };
}

/** `Pull`, of an enumeration or of a subscription. */
export async function pull(operation: Operation): Promise<WsAnswer> {
  const { endpoint, request, answerLength } = operation;
  const body = bodyNamed(operation, 'Pull');
  const context = contextIn(body);
  const most = readCount(body, ns.enumeration) ?? 1;
  const characters = readNumber(body, ns.enumeration, 'MaxCharacters');
  const room = characters === undefined ? answerLength : Math.min(answerLength, characters + envelopeLength);
  if (endpoint.subscriptions.hasContext(context)) return await pullEvents(operation, context, most, room);
  const rest = endpoint.enumerations.restOf(context);
  const items = fitting(rest, most, room);
  const isOver = endpoint.enumerations.advance(context, items.length);
  const estimate = request.wantsEstimate ? [estimateOf(rest.length)] : [];
  return {
    action: `${action.pull}Response`,
    headers: estimate,
    body: pulled(isOver ? undefined : context, items, isOver),
  };
}

/** `Release`. */
export function release(operation: Operation): WsAnswer {
  const { enumerations, subscriptions } = operation.endpoint;
  const context = contextIn(bodyNamed(operation, 'Release'));
  if (subscriptions.hasContext(context)) subscriptions.endContext(context);
  else enumerations.release(context);
  return { action: `${action.release}Response`, body: undefined };
}

/** Waits for events. Those that have not gone out wait on. */
async function pullEvents(
  { endpoint, signal }: Operation,
  context: string,
  most: number,
  room: number,
): Promise<WsAnswer> {
  const { subscriptions } = endpoint;
  const { events, dropped, write } = await subscriptions.pull(context, signal);
  const items = events.map((event) => (): XmlElement => write(event));
  const fit = fitting(items, most, room);
  subscriptions.taken(context, fit.length);
  // How many are missing before these (DSP0226 clause 10.2.9.6).
  const lost =
    dropped === 0
      ? []
      : [
          element(
            ns.wsman,
            'DroppedEvents',
            [String(dropped)],
            [{ namespace: '', name: 'Action', value: 'http://schemas.dmtf.org/wbem/wsman/1/wsman/DroppedEvents' }],
          ),
        ];
  return { action: `${action.pull}Response`, body: pulled(context, [...lost, ...fit], false) };
}

/** What the request's resource and filter select: a class, and which of its instances. */
export function sourceOf(
  { endpoint, request }: Operation,
  body: XmlElement,
  use: 'enumeration' | 'eventing',
): { readonly cimClass: CimClass; readonly objects: ObjectStyle; readonly filter: ClassFilter } {
  const { repository } = endpoint;
  const resource = resourceOf(request);
  const given = readFilter(body, use);
  const className = resource.className ?? (given?.kind === 'wql' ? given.query.className : undefined);
  if (className === undefined) {
    throw soapFault('unsupportedFeature', {
      detail: 'FilteringRequired',
      text: 'All classes are asked by a WQL filter',
    });
  }
  const cimClass = findClass(repository, resource, className);
  return { cimClass, objects: { repository, style: resource.style }, filter: fitFilter(given, cimClass) };
}

/** How long what is begun shall live. Throws a fault for a time that is none. */
export function readLifetime(
  { limits }: Pick<Endpoint, 'limits'>,
  body: XmlElement,
  namespace: string,
  otherwise: FaultName,
): { readonly lifetimeMs: number; readonly isNamed: boolean } {
  const expires = theOneIn(body, namespace, 'Expires');
  if (expires === undefined) return { lifetimeMs: limits.lifetimeMs, isNamed: false };
  const wanted = parseExpiration(textOf(expires) ?? '', Date.now());
  if (wanted === undefined)
    throw soapFault(otherwise, { text: 'Expires is neither a length of time nor a moment to come' });
  return { lifetimeMs: Math.min(wanted, limits.longestLifetimeMs), isNamed: true };
}

/** The body of a request, which must be of this name. */
function bodyNamed({ request: { body } }: Operation, name: string): XmlElement {
  if (body === undefined || !isNamed(body, ns.enumeration, name)) refuse(`The body is no ${name}`);
  return body;
}

function contextIn(body: XmlElement): string {
  const context = theOneIn(body, ns.enumeration, 'EnumerationContext');
  const text = context === undefined ? undefined : textOf(context);
  if (text === undefined || text === '') throw soapFault('invalidEnumerationContext');
  return text;
}

function readMode(body: XmlElement): Mode {
  const mode = theOneIn(body, ns.wsman, 'EnumerationMode');
  const text = mode === undefined ? 'EnumerateObject' : textOf(mode);
  if (text === 'EnumerateObject' || text === 'EnumerateEPR' || text === 'EnumerateObjectAndEPR') return text;
  throw soapFault('unsupportedFeature', { detail: 'EnumerationMode', text: 'There is no such mode of enumeration' });
}

/** MaxElements, which is in one namespace in Enumerate and in another in Pull. */
function readCount(body: XmlElement, namespace: string): number | undefined {
  return readNumber(body, namespace, 'MaxElements');
}

function readNumber(body: XmlElement, namespace: string, name: string): number | undefined {
  const found = theOneIn(body, namespace, name);
  if (found === undefined) return undefined;
  const text = textOf(found) ?? '';
  if (!/^\d{1,15}$/.test(text) || Number(text) === 0) refuse(`${name} is no number that is greater than 0`);
  return Number(text);
}

/** How long a Pull may wait by its own word; undefined where it does not say, or says what is no length of time. */
export function maxTimeOf(body: XmlElement | undefined): number | undefined {
  const found = body === undefined ? undefined : theOneIn(body, ns.enumeration, 'MaxTime');
  return found === undefined ? undefined : parseDuration(textOf(found) ?? '');
}

function itemOf(
  mode: Mode,
  objects: ObjectStyle,
  cimClass: CimClass,
  filter: ClassFilter,
  instance: CimObject,
): EnumerationItem {
  const object = (): XmlElement => writeSelected(objects, cimClass, filter, instance);
  const reference = (): XmlElement => writeReference(objects, cimClass, instance);
  if (mode === 'EnumerateObject') return object;
  return mode === 'EnumerateEPR' ? reference : () => element(ns.wsman, 'Item', [object(), reference()]);
}

/** An instance or an event, or as much of it as the filter selects. */
export function writeSelected(
  objects: ObjectStyle,
  cimClass: CimClass,
  { select }: ClassFilter,
  instance: CimObject,
): XmlElement {
  return select === undefined
    ? writeInstance(objects, cimClass, instance)
    : writeFragment(objects, cimClass, instance, select);
}

/** As many items as are asked for and have room. Throws a fault (wsman:EncodingLimit) when not even the first has. */
function fitting(items: readonly EnumerationItem[], most: number, room: number): readonly XmlElement[] {
  const taken: XmlElement[] = [];
  let left = room - envelopeLength;
  for (const item of items) {
    if (taken.length === most) break;
    const written = item();
    left -= lengthOf(written);
    if (left < 0) break;
    taken.push(written);
  }
  if (taken.length > 0 || items.length === 0) return taken;
  throw soapFault('encodingLimit', { detail: 'MaxEnvelopeSize', text: 'Not even one item has room in the answer' });
}

function pulled(context: string | undefined, items: readonly XmlElement[], isOver: boolean): XmlElement {
  return element(ns.enumeration, 'PullResponse', [
    context === undefined ? undefined : element(ns.enumeration, 'EnumerationContext', [context]),
    element(ns.enumeration, 'Items', items),
    isOver ? element(ns.enumeration, 'EndOfSequence') : undefined,
  ]);
}

function estimateOf(count: number): XmlElement {
  return element(ns.wsman, 'TotalItemsCountEstimate', [String(count)]);
}
