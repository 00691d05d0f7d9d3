// Reading requests: WS-Addressing's headers and those of WS-Management, each checked.

import { parseDuration } from '../durations.ts';
import { anonymous, ns } from '../names.ts';
import { soapFault } from '../soap-fault.ts';
import { attributeOf, elementsOf, isNamed, textOf, type XmlElement } from '../xml/xml-node.ts';
import type { Envelope, WsRequest } from './request.ts';
import { isMandatory, openEnvelope, refuse, theOne, theOneIn } from './soap.ts';

/** The headers whose meaning we know. What of it we do not do is refused where it is read. */
const understood: Readonly<Record<string, ReadonlySet<string>>> = {
  [ns.addressing]: new Set(['To', 'Action', 'MessageID', 'ReplyTo', 'FaultTo', 'From', 'RelatesTo']),
  [ns.wsman]: new Set([
    'ResourceURI',
    'SelectorSet',
    'OptionSet',
    'OperationTimeout',
    'MaxEnvelopeSize',
    'Locale',
    'RequestTotalItemsCountEstimate',
    'FragmentTransfer',
  ]),
  [ns.eventing]: new Set(['Identifier']),
  // For the client's own bookkeeping, or about languages, of which we have one.
  [ns.microsoft]: new Set(['DataLocale', 'SessionId', 'OperationID', 'SequenceId', 'ActivityId']),
};

/** The least that a client may ask answers to be kept within (DSP0226 clause 6.2). */
const leastEnvelope = 8192;
/** No URI and no id that we know is longer. */
const longestUri = 2048;
const mostSelectors = 64;
const mostOptions = 64;

/** Reads an envelope. Throws a fault for one that is not understood. */
export function readEnvelope(root: XmlElement): Envelope {
  const { headers, body } = openEnvelope(root);
  if (body !== undefined && isNamed(body, ns.identity, 'Identify')) {
    for (const header of headers) if (isMandatory(header) && !isUnderstood(header)) refuseHeader(header);
    return { kind: 'identify' };
  }
  for (const header of headers) if (isMandatory(header) && !isUnderstood(header)) refuseHeader(header);
  return { kind: 'request', request: readRequest(headers, body) };
}

/** The message id of an envelope, whatever else is wrong with it: a fault says which message it answers. */
export function messageIdOf(root: XmlElement): string | undefined {
  const header = elementsOf(root).find((each) => isNamed(each, ns.soap, 'Header'));
  const ids = header === undefined ? [] : elementsOf(header);
  const id = ids.find((each) => isNamed(each, ns.addressing, 'MessageID'));
  const text = id === undefined ? undefined : textOf(id);
  return text === undefined || text.length > longestUri ? undefined : text;
}

function readRequest(headers: readonly XmlElement[], body: XmlElement | undefined): WsRequest {
  requiredUri(headers, ns.addressing, 'To');
  checkReplyTo(headers);
  checkLocale(headers);
  checkOptions(theOne(headers, ns.wsman, 'OptionSet'));
  const fragment = theOne(headers, ns.wsman, 'FragmentTransfer');
  return {
    action: requiredUri(headers, ns.addressing, 'Action'),
    messageId: requiredUri(headers, ns.addressing, 'MessageID'),
    resourceUri: optionalUri(headers, ns.wsman, 'ResourceURI'),
    selectors: readSelectors(theOne(headers, ns.wsman, 'SelectorSet')),
    operationTimeoutMs: readTimeout(theOne(headers, ns.wsman, 'OperationTimeout')),
    maxEnvelopeSize: readEnvelopeSize(theOne(headers, ns.wsman, 'MaxEnvelopeSize')),
    wantsEstimate: theOne(headers, ns.wsman, 'RequestTotalItemsCountEstimate') !== undefined,
    subscriptionId: optionalUri(headers, ns.eventing, 'Identifier'),
    fragment: fragment === undefined ? undefined : readFragment(fragment),
    body,
  };
}

function isUnderstood({ namespace, name }: XmlElement): boolean {
  return understood[namespace]?.has(name) === true;
}

function refuseHeader({ namespace, name }: XmlElement): never {
  throw soapFault('mustUnderstand', { notUnderstood: { namespace, name } });
}

function requiredUri(headers: readonly XmlElement[], namespace: string, name: string): string {
  const value = optionalUri(headers, namespace, name);
  if (value === undefined) throw soapFault('headerRequired', { text: `There is no header ${name}` });
  return value;
}

function optionalUri(headers: readonly XmlElement[], namespace: string, name: string): string | undefined {
  const header = theOne(headers, namespace, name);
  if (header === undefined) return undefined;
  const text = textOf(header) ?? '';
  if (text.length > longestUri) {
    throw soapFault('encodingLimit', {
      detail: 'URILimitExceeded',
      text: `${name} is longer than ${longestUri} characters`,
    });
  }
  if (text === '' || /\s/.test(text)) throw soapFault('invalidHeader', { text: `The header ${name} is no URI` });
  return text;
}

/** Answers go back on the connection that the request came on, and nowhere else (DSP0226 clause 5.4.2). */
function checkReplyTo(headers: readonly XmlElement[]): void {
  for (const name of ['ReplyTo', 'FaultTo']) {
    const header = theOne(headers, ns.addressing, name);
    if (header === undefined) {
      if (name === 'ReplyTo') throw soapFault('headerRequired', { text: 'There is no header ReplyTo' });
      continue;
    }
    const address = theOneIn(header, ns.addressing, 'Address');
    if (address === undefined) throw soapFault('invalidHeader', { text: `The header ${name} has no address` });
    if (textOf(address) !== anonymous) {
      throw soapFault('unsupportedFeature', {
        detail: 'AddressingMode',
        text: 'Answers go back on the connection of the request alone',
      });
    }
  }
}

function checkLocale(headers: readonly XmlElement[]): void {
  const locale = theOne(headers, ns.wsman, 'Locale');
  if (locale === undefined || !isMandatory(locale)) return;
  const language = attributeOf(locale, ns.xml, 'lang') ?? '';
  if (/^en(?:-|$)/i.test(language)) return;
  throw soapFault('unsupportedFeature', { detail: 'Locale', text: 'Texts are in English' });
}

/** No option changes anything here; one that must have an effect is refused (DSP0226 clause 6.4). */
function checkOptions(set: XmlElement | undefined): void {
  const options = set === undefined ? [] : elementsOf(set);
  if (options.length > mostOptions) {
    throw soapFault('encodingLimit', { detail: 'OptionLimit', text: `There are more than ${mostOptions} options` });
  }
  for (const option of options) {
    const name = attributeOf(option, '', 'Name') ?? '';
    if (!isNamed(option, ns.wsman, 'Option') || name === '') {
      throw soapFault('invalidOptions', { detail: 'InvalidName', text: 'An option has no name' });
    }
    // What PowerShell's cmdlets say of how they would show progress and ask questions: there are none.
    const isOfShell = name.toLowerCase().startsWith('wmi:__mi_');
    const mustComply = attributeOf(option, '', 'MustComply') ?? 'false';
    if (!isOfShell && (mustComply === 'true' || mustComply === '1')) {
      throw soapFault('invalidOptions', {
        detail: 'NotSupported',
        text: 'There are no options that must have an effect',
      });
    }
  }
}

function readSelectors(set: XmlElement | undefined): ReadonlyMap<string, string> {
  return set === undefined ? new Map() : selectorsOf(set);
}

/** The selectors of a set, which stands in a header or in a filter. */
export function selectorsOf(set: XmlElement): ReadonlyMap<string, string> {
  const selectors = new Map<string, string>();
  const seen = new Set<string>();
  const elements = elementsOf(set);
  if (elements.length > mostSelectors) {
    throw soapFault('encodingLimit', {
      detail: 'SelectorLimit',
      text: `There are more than ${mostSelectors} selectors`,
    });
  }
  for (const each of elements) {
    const name = attributeOf(each, '', 'Name') ?? '';
    if (!isNamed(each, ns.wsman, 'Selector') || name === '') refuse('A selector has no name');
    const value = textOf(each);
    if (value === undefined) {
      throw soapFault('invalidSelectors', { detail: 'TypeMismatch', text: 'The value of a selector is no text' });
    }
    if (seen.has(name.toLowerCase())) {
      throw soapFault('invalidSelectors', { detail: 'DuplicateSelectors', text: 'A selector is there twice' });
    }
    seen.add(name.toLowerCase());
    selectors.set(name, value);
  }
  return selectors;
}

function readTimeout(header: XmlElement | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = parseDuration(textOf(header) ?? '');
  if (ms !== undefined && ms > 0) return ms;
  throw soapFault('invalidHeader', { detail: 'InvalidTimeout', text: 'OperationTimeout is no length of time' });
}

function readEnvelopeSize(header: XmlElement | undefined): number | undefined {
  if (header === undefined) return undefined;
  const text = textOf(header) ?? '';
  if (!/^\d{1,15}$/.test(text)) throw soapFault('invalidHeader', { text: 'MaxEnvelopeSize is no number' });
  const size = Number(text);
  if (size >= leastEnvelope) return size;
  throw soapFault('encodingLimit', {
    detail: 'MinimumEnvelopeLimit',
    text: `MaxEnvelopeSize is less than ${leastEnvelope} octets`,
  });
}

/** A property by its name: the whole of XPath is not for us (DSP0226 clause 7.7). */
function readFragment(header: XmlElement): string {
  const text = textOf(header) ?? '';
  if (attributeOf(header, '', 'Dialect') === undefined && /^\w{1,256}$/.test(text)) return text;
  throw soapFault('unsupportedFeature', {
    detail: 'FragmentLevelAccess',
    text: 'A fragment is a property by its name',
  });
}
