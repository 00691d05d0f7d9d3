// The SOAP envelope: its headers and its body, and the headers that must be understood (SOAP 1.2 part 1, clause 5).

import { ns } from '../names.ts';
import { soapFault } from '../soap-fault.ts';
import { attributeOf, childrenNamed, elementsOf, isNamed, type XmlElement } from '../xml/xml-node.ts';

/** An envelope in its parts. */
export interface SoapParts {
  /** The headers that are for us. */
  readonly headers: readonly XmlElement[];
  readonly body: XmlElement | undefined;
}

const ourRoles: ReadonlySet<string | undefined> = new Set([
  undefined,
  '',
  `${ns.soap}/role/next`,
  `${ns.soap}/role/ultimateReceiver`,
]);

/** Takes an envelope apart. Throws a fault for what is none, or one of another version of SOAP. */
export function openEnvelope(root: XmlElement): SoapParts {
  if (root.name === 'Envelope' && root.namespace !== ns.soap) throw soapFault('versionMismatch');
  if (!isNamed(root, ns.soap, 'Envelope')) refuse('It is no SOAP envelope');
  const parts = elementsOf(root);
  const header = parts.find((each) => isNamed(each, ns.soap, 'Header'));
  const body = parts.find((each) => isNamed(each, ns.soap, 'Body'));
  const expected = [header, body].filter((each) => each !== undefined);
  if (body === undefined || parts.length !== expected.length || parts.some((each, at) => each !== expected[at])) {
    return refuse('An envelope has a header, or none, and a body, and nothing else');
  }
  const contents = elementsOf(body);
  if (contents.length > 1) refuse('The body has more than one element');
  const headers = header === undefined ? [] : elementsOf(header);
  return {
    headers: headers.filter((each) => ourRoles.has(attributeOf(each, ns.soap, 'role'))),
    body: contents[0],
  };
}

/** Whether who sends the header insists that we know what it means. */
export function isMandatory(header: XmlElement): boolean {
  const value = attributeOf(header, ns.soap, 'mustUnderstand') ?? 'false';
  if (!/^(?:true|false|0|1)$/.test(value)) refuse('mustUnderstand is neither true nor false');
  return value === 'true' || value === '1';
}

/** The one header or element of a name; undefined where there is none. Throws a fault where there are more. */
export function theOne(elements: readonly XmlElement[], namespace: string, name: string): XmlElement | undefined {
  const [first, second] = elements.filter((each) => isNamed(each, namespace, name));
  if (second !== undefined) refuse(`There is more than one ${name}`);
  return first;
}

/** The one element of a name within another. */
export function theOneIn(parent: XmlElement, namespace: string, name: string): XmlElement | undefined {
  return theOne(childrenNamed(parent, namespace, name), namespace, name);
}

export function refuse(text: string): never {
  throw soapFault('schemaValidationError', { text });
}
