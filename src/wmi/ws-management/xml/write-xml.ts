// Writing XML: every namespace is declared once, at the root.

import { prefixes } from '../names.ts';
import { isElement, type XmlElement, type XmlName, type XmlNode } from './xml-node.ts';

/** What XML 1.0 has no way to write. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/gu;

const inText: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
const inAttribute: Readonly<Record<string, string>> = { ...inText, '"': '&quot;', '\n': '&#10;', '\t': '&#9;' };

/** Writes a document, without a declaration. What XML cannot write is replaced by U+FFFD. */
export function writeXml(root: XmlElement): string {
  const known = new Map<string, string>([['', '']]);
  collect(root, known);
  const declarations = [...known]
    .filter(([, prefix]) => prefix !== '' && prefix !== 'xml')
    .map(([namespace, prefix]) => ` xmlns:${prefix}="${escapeAttribute(namespace)}"`);
  return write(root, known, declarations.join(''));
}

/** How many octets a node takes in UTF-8 at most, in a document that has declared its namespaces. */
export function lengthOf(node: XmlElement): number {
  const known = new Map<string, string>([['', '']]);
  collect(node, known);
  return Buffer.byteLength(write(node, known, ''));
}

/** Gives each namespace a prefix: the usual one, or `n1`, `n2` and so on. */
function collect(node: XmlNode, known: Map<string, string>): void {
  if (typeof node === 'string') return;
  if (!isElement(node)) {
    learn(node.qualified.namespace, known);
    return;
  }
  learn(node.namespace, known);
  for (const { namespace, value } of node.attributes) {
    learn(namespace, known);
    if (typeof value !== 'string') learn(value.namespace, known);
  }
  for (const child of node.children) collect(child, known);
}

function learn(namespace: string, known: Map<string, string>): void {
  if (known.has(namespace)) return;
  const numbered = [...known.values()].filter((prefix) => /^n\d+$/.test(prefix)).length;
  known.set(namespace, prefixes[namespace] ?? `n${numbered + 1}`);
}

function write(node: XmlNode, known: ReadonlyMap<string, string>, declarations: string): string {
  if (typeof node === 'string') return escapeText(node);
  if (!isElement(node)) return nameOf(node.qualified, known);
  const name = nameOf(node, known);
  const attributes = node.attributes.map((attribute) => {
    const { value } = attribute;
    const text = typeof value === 'string' ? escapeAttribute(value) : nameOf(value, known);
    return ` ${nameOf(attribute, known)}="${text}"`;
  });
  const start = `<${name}${declarations}${attributes.join('')}`;
  if (node.children.length === 0) return `${start}/>`;
  return `${start}>${node.children.map((child) => write(child, known, '')).join('')}</${name}>`;
}

function nameOf({ namespace, name }: XmlName, known: ReadonlyMap<string, string>): string {
  const prefix = known.get(namespace) ?? '';
  return prefix === '' ? name : `${prefix}:${name}`;
}

function escapeText(text: string): string {
  return text.replaceAll(unwritable, '\ufffd').replaceAll(/[&<>\r]/g, (sign) => inText[sign] ?? sign);
}

function escapeAttribute(text: string): string {
  return text.replaceAll(unwritable, '\ufffd').replaceAll(/[&<>"\r\n\t]/g, (sign) => inAttribute[sign] ?? sign);
}
