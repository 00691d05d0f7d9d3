// The values of properties and parameters, read from the XML that a client sends.

import type { CimParameter, CimProperty } from '../../cim/cim-class.ts';
import type { CimRepository } from '../../cim/cim-repository.ts';
import type { CimType, CimValue, CimValues } from '../../cim/cim-value.ts';
import { ns } from '../names.ts';
import { attributeOf, elementsOf, textOf, wholeTextOf, type XmlElement } from '../xml/xml-node.ts';
import { fromXmlDatetime } from './datetime.ts';

/** What is read: the properties or parameters that there are. */
export type ValueShape = Pick<CimProperty | CimParameter, 'name' | 'type' | 'className' | 'isArray'>;

/** Where values are read: their classes, and the fault for what is not one. */
export interface ValueReader {
  readonly repository: CimRepository;
  readonly namespace: string;
  /** Throws the fault for an element of this name that is not one of the shapes, or has no value of its type. */
  readonly refuse: (why: 'unknown' | 'mismatch', name: string) => never;
}

const ranges: Readonly<Partial<Record<CimType, readonly [bigint, bigint]>>> = {
  uint8: [0n, 0xffn],
  uint16: [0n, 0xffffn],
  uint32: [0n, 0xffff_ffffn],
  uint64: [0n, 0xffff_ffff_ffff_ffffn],
  sint32: [-0x8000_0000n, 0x7fff_ffffn],
};

/**
 * Reads the elements within another as values by their names, whose case does not matter. An array is its element repeated;
 * what is not there is not among the values.
 */
export function readValues(reader: ValueReader, shapes: readonly ValueShape[], parent: XmlElement): CimValues {
  const byName = new Map<string, XmlElement[]>();
  for (const each of elementsOf(parent)) {
    const name = each.name.toLowerCase();
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [each]);
    else known.push(each);
  }
  const values: Record<string, CimValue> = {};
  for (const shape of shapes) {
    const elements = byName.get(shape.name.toLowerCase());
    byName.delete(shape.name.toLowerCase());
    if (elements !== undefined) values[shape.name] = readMember(reader, shape, elements);
  }
  const [stray] = byName.values();
  if (stray?.[0] !== undefined) reader.refuse('unknown', stray[0].name);
  return values;
}

function readMember(reader: ValueReader, shape: ValueShape, elements: readonly XmlElement[]): CimValue {
  const [first, second] = elements;
  if (first === undefined || (second === undefined && isNil(first))) return null;
  if (shape.isArray) return elements.map((each) => readOne(reader, shape, each));
  return second === undefined ? readOne(reader, shape, first) : reader.refuse('mismatch', shape.name);
}

function readOne(reader: ValueReader, shape: ValueShape, element: XmlElement): CimValue {
  const { type, name } = shape;
  if (isNil(element)) return reader.refuse('mismatch', name);
  switch (type) {
    case 'object': {
      const className = shape.className ?? '';
      const ofClass = reader.repository.find(reader.namespace, className);
      if (ofClass === undefined) return reader.refuse('mismatch', name);
      return { className: ofClass.name, values: readValues(reader, ofClass.properties, element) };
    }
    case 'string':
      return wholeTextOf(element) ?? reader.refuse('mismatch', name);
    case 'datetime': {
      const [only] = elementsOf(element);
      return fromXmlDatetime(textOf(only ?? element) ?? '') ?? reader.refuse('mismatch', name);
    }
    case 'boolean': {
      const text = (textOf(element) ?? '').toLowerCase();
      if (text === 'true' || text === '1') return true;
      return text === 'false' || text === '0' ? false : reader.refuse('mismatch', name);
    }
    default:
      return readInteger(type, textOf(element) ?? '') ?? reader.refuse('mismatch', name);
  }
}

function readInteger(type: CimType, text: string): number | bigint | undefined {
  if (!/^[+-]?\d{1,20}$/.test(text)) return undefined;
  const value = BigInt(text);
  const [least, most] = ranges[type] ?? [0n, -1n];
  if (value < least || value > most) return undefined;
  return type === 'uint64' ? value : Number(value);
}

function isNil(element: XmlElement): boolean {
  const nil = attributeOf(element, ns.xsi, 'nil');
  return nil === 'true' || nil === '1';
}
