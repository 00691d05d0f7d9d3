// Reading XML from strangers: no document type, no entities of their own, no processing instructions, bounded depth.

import { XMLParser } from 'fast-xml-parser';
import { ns } from '../names.ts';
import { soapFault } from '../soap-fault.ts';
import type { XmlAttribute, XmlElement, XmlName, XmlNode } from './xml-node.ts';

/** So deep elements may be in each other. */
const deepest = 64;
/** So many attributes an element may have. */
const mostAttributes = 64;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  attributesGroupName: false,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // Entities are decoded here, where only those of XML itself are known.
  processEntities: false,
  ignoreDeclaration: true,
  cdataPropName: '#cdata',
  maxNestedTags: deepest,
});

/** What the parser makes of an element: its name with what is in it, and its attributes beside it. */
type Raw = Readonly<Record<string, readonly Raw[] | string | Readonly<Record<string, string>>>>;

const attributesKey = ':@';
/** Prefixes and the namespaces that they stand for. */
type Scope = ReadonlyMap<string, string>;

const outermost: Scope = new Map([
  ['', ''],
  ['xml', ns.xml],
]);

/** What XML 1.0 has no way to write. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/u;

/**
 * Reads a document and resolves its namespaces. Throws a fault (wsman:SchemaValidationError) for what is no XML, and for
 * what a SOAP message may not have: a document type, or processing instructions (SOAP 1.2 part 1, clause 5).
 */
export function parseXml(text: string): XmlElement {
  if (/<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)/i.test(text)) refuse('It has a document type, which SOAP forbids');
  if (unwritable.test(text)) refuse('It has characters that XML has not');
  const roots = parse(text).filter((node) => !('#text' in node && isBlank(node['#text'])));
  const [root] = roots;
  if (root === undefined || roots.length !== 1) return refuse('It has not exactly one element at its root');
  return toElement(root, outermost);
}

function parse(text: string): readonly Raw[] {
  try {
    // Validation is moving into a package of its own; this one, which is the same code, needs no more of them.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return parser.parse(text, { allowBooleanAttributes: false }) as readonly Raw[];
  } catch {
    // The parser's own words may quote the message, which may have secrets in it.
    return refuse('It is no well-formed XML');
  }
}

function isBlank(value: Raw[string] | undefined): boolean {
  return typeof value === 'string' && value.trim() === '';
}

function toElement(raw: Raw, outer: Scope): XmlElement {
  const tag = Object.keys(raw).find((key) => key !== attributesKey) ?? '';
  if (tag.startsWith('?')) refuse('It has a processing instruction, which SOAP forbids');
  const written = Object.entries((raw[attributesKey] ?? {}) as Readonly<Record<string, string>>);
  if (written.length > mostAttributes) refuse(`An element has more than ${mostAttributes} attributes`);
  const scope = scopeOf(written, outer);
  const attributes = written
    .filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'))
    .map(([name, value]): XmlAttribute => ({ ...resolveAttribute(name, scope), value: decode(value) }));
  const distinct = new Set(attributes.map(({ namespace, name }) => `${namespace} ${name}`));
  if (distinct.size !== attributes.length) refuse('An element has an attribute twice');
  const children = (raw[tag] as readonly Raw[]).map((child) => toNode(child, scope));
  return { ...resolve(tag, scope), attributes, children };
}

function toNode(raw: Raw, scope: Scope): XmlNode {
  const text = raw['#text'];
  if (typeof text === 'string') return decode(text);
  const cdata = raw['#cdata'];
  if (cdata === undefined) return toElement(raw, scope);
  const [content] = cdata as readonly Raw[];
  const literal = content?.['#text'];
  return typeof literal === 'string' ? literal : '';
}

function scopeOf(attributes: readonly (readonly [string, string])[], outer: Scope): Scope {
  const declared = attributes.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (declared.length === 0) return outer;
  const scope = new Map(outer);
  for (const [name, value] of declared) {
    const prefix = name === 'xmlns' ? '' : name.slice('xmlns:'.length);
    const namespace = decode(value);
    const isReserved = prefix === 'xmlns' || namespace === ns.xmlns || (prefix === 'xml') !== (namespace === ns.xml);
    if (isReserved || (prefix !== '' && namespace === '')) refuse('It declares a prefix that cannot be declared so');
    scope.set(prefix, namespace);
  }
  return scope;
}

function resolve(written: string, scope: Scope): XmlName {
  const parts = written.split(':');
  const [prefix = '', name = ''] = parts.length === 1 ? ['', written] : parts;
  const namespace = scope.get(prefix);
  if (parts.length > 2 || name === '' || (parts.length === 2 && prefix === '')) refuse('It has a name that is none');
  return namespace === undefined ? refuse('It has a prefix that stands for nothing') : { namespace, name };
}

/** An attribute without prefix is in no namespace, whatever its element is in. */
function resolveAttribute(written: string, scope: Scope): XmlName {
  return written.includes(':') ? resolve(written, scope) : { namespace: '', name: written };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&([^;&]{0,12});?/g, (whole, name: string) => {
    const known = Object.hasOwn(entities, name) ? entities[name] : undefined;
    const character = known ?? toCharacter(name);
    return character === undefined || !whole.endsWith(';') ? refuse('It has an entity that XML has not') : character;
  });
}

function toCharacter(name: string): string | undefined {
  const { hex, decimal } = /^#(?:x(?<hex>[0-9a-fA-F]{1,8})|(?<decimal>\d{1,8}))$/.exec(name)?.groups ?? {};
  if (hex === undefined && decimal === undefined) return undefined;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  if (code > 0x10_ffff) return undefined;
  const character = String.fromCodePoint(code);
  return unwritable.test(character) ? undefined : character;
}

function refuse(what: string): never {
  throw soapFault('schemaValidationError', { text: what });
}
