// XML as WS-Management needs it: elements with their namespaces, attributes, text, and names that stand as text.

/** A name with its namespace; as a value it is written with the prefix that the namespace has in the document. */
export interface XmlName {
  readonly namespace: string;
  readonly name: string;
}

/** An attribute. */
export interface XmlAttribute extends XmlName {
  readonly value: string | XmlName;
}

/** What is within an element. */
export type XmlNode = XmlElement | { readonly qualified: XmlName } | string;

/** An element. No namespace is the empty text. */
export interface XmlElement extends XmlName {
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlNode[];
}

/** Makes an element; what is undefined among the children is left out. */
export function element(
  namespace: string,
  name: string,
  children: readonly (XmlNode | undefined)[] = [],
  attributes: readonly XmlAttribute[] = [],
): XmlElement {
  return { namespace, name, attributes, children: children.filter((each) => each !== undefined) };
}

export function isElement(node: XmlNode): node is XmlElement {
  return typeof node === 'object' && 'children' in node;
}

/** The elements within an element. */
export function elementsOf({ children }: XmlElement): readonly XmlElement[] {
  return children.filter(isElement);
}

/** All elements of a name within an element. */
export function childrenNamed(parent: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return elementsOf(parent).filter((each) => isNamed(each, namespace, name));
}

export function isNamed(element: XmlElement, namespace: string, name: string): boolean {
  return element.namespace === namespace && element.name === name;
}

/** The text of an element, without what is around it; undefined where there are elements in it. */
export function textOf({ children }: XmlElement): string | undefined {
  return children.every((each) => typeof each === 'string') ? children.join('').trim() : undefined;
}

/** The text of an element as it stands, blanks included; undefined where there are elements in it. */
export function wholeTextOf({ children }: XmlElement): string | undefined {
  return children.every((each) => typeof each === 'string') ? children.join('') : undefined;
}

/** The value of an attribute; undefined where there is none. */
export function attributeOf({ attributes }: XmlElement, namespace: string, name: string): string | undefined {
  const value = attributes.find((each) => each.namespace === namespace && each.name === name)?.value;
  return typeof value === 'string' ? value : undefined;
}
