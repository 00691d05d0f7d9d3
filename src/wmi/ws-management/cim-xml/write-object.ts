// CIM objects as XML (DSP0230, WS-CIM mapping): an element a property, an array as its element repeated, null as xsi:nil.

import type { CimClass, CimParameter, CimProperty } from '../../cim/cim-class.ts';
import type { CimRepository } from '../../cim/cim-repository.ts';
import type { CimObject, CimType, CimValue, CimValues } from '../../cim/cim-value.ts';
import { keysOf } from '../../cim/instance-keys.ts';
import { propertyOf } from '../../wql/match-wql.ts';
import { anonymous, namespaceSelector, ns } from '../names.ts';
import { type ResourceStyle, uriOf } from '../resource.ts';
import { element, type XmlAttribute, type XmlElement } from '../xml/xml-node.ts';
import { toXmlDatetime } from './datetime.ts';

/** What objects are written with: the classes, by which types are told, and the way of URIs. */
export interface ObjectStyle {
  readonly repository: CimRepository;
  readonly style: ResourceStyle;
}

/** What a value is of: a property or a parameter. */
type Shape = Pick<CimProperty | CimParameter, 'name' | 'type' | 'isArray'>;

/** An instance: an element of its class's name, in the namespace that is the class's URI. */
export function writeInstance(objects: ObjectStyle, cimClass: CimClass, instance: CimObject): XmlElement {
  const uri = uriOf(objects.style, cimClass);
  return element(uri, cimClass.name, membersOf(objects, cimClass, uri, instance.values), [typeOf(uri, cimClass.name)]);
}

/** What a method gives out: the parameters that have a value, in the method's order, and then its `ReturnValue`. */
export function writeOutput(
  objects: ObjectStyle,
  cimClass: CimClass,
  method: { readonly name: string; readonly parameters: readonly CimParameter[] },
  output: CimValues,
): XmlElement {
  const uri = uriOf(objects.style, cimClass);
  const out = method.parameters.filter(({ isOut }) => isOut);
  const members = out.flatMap((shape) => member(objects, cimClass, uri, shape, valueOf(output, shape.name)));
  const returned = member(objects, cimClass, uri, returnValue, valueOf(output, 'ReturnValue'));
  return element(uri, `${method.name}_OUTPUT`, [...members, ...returned]);
}

const returnValue: Shape = { name: 'ReturnValue', type: 'uint32', isArray: false };

/** The part of an instance that a query asks for: elements without a namespace in a wsman:XmlFragment. */
export function writeFragment(
  objects: ObjectStyle,
  cimClass: CimClass,
  instance: CimObject,
  paths: readonly (readonly string[])[],
): XmlElement {
  const members = paths.flatMap((path) => {
    const property = cimClass.properties.find(({ name }) => name.toLowerCase() === path[0]?.toLowerCase());
    const value = propertyOf(instance, path);
    const [name = ''] = path.length === 1 && property !== undefined ? [property.name] : path.slice(-1);
    // Of a property of an embedded object, the value tells the type.
    const type = path.length === 1 && property !== undefined ? property.type : typeOfValue(value);
    return member(objects, cimClass, '', { name, type, isArray: Array.isArray(value) }, value);
  });
  return element(ns.wsman, 'XmlFragment', members);
}

/** The reference that names an instance, by which a client comes back to it. */
export function writeReference(objects: ObjectStyle, cimClass: CimClass, instance: CimObject): XmlElement {
  const keys = Object.entries(keysOf(cimClass, instance));
  const selectors = [...keys, [namespaceSelector, cimClass.namespace] as const];
  return element(ns.addressing, 'EndpointReference', [
    element(ns.addressing, 'Address', [anonymous]),
    element(ns.addressing, 'ReferenceParameters', [
      element(ns.wsman, 'ResourceURI', [uriOf(objects.style, cimClass)]),
      element(
        ns.wsman,
        'SelectorSet',
        selectors.map(([name, value]) =>
          element(ns.wsman, 'Selector', [value], [{ namespace: '', name: 'Name', value: name }]),
        ),
      ),
    ]),
  ]);
}

function membersOf(objects: ObjectStyle, cimClass: CimClass, uri: string, values: CimValues): readonly XmlElement[] {
  return cimClass.properties.flatMap((shape) => member(objects, cimClass, uri, shape, valueOf(values, shape.name)));
}

function valueOf(values: CimValues, name: string): CimValue {
  if (Object.hasOwn(values, name)) return values[name] ?? null;
  const key = Object.keys(values).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? null : (values[key] ?? null);
}

/** `uri` is the namespace of the member's own element; `cimClass` is the class that it is a member of. */
function member(
  objects: ObjectStyle,
  cimClass: CimClass,
  uri: string,
  { name, type }: Shape,
  value: CimValue,
): readonly XmlElement[] {
  if (value === null) return [nil(uri, name)];
  if (isArray(value)) return value.map((each) => single(objects, cimClass, uri, name, type, each));
  return [single(objects, cimClass, uri, name, type, value)];
}

function single(
  objects: ObjectStyle,
  cimClass: CimClass,
  uri: string,
  name: string,
  type: CimType,
  value: CimValue,
): XmlElement {
  if (value === null) return nil(uri, name);
  if (typeof value === 'object') {
    return isArray(value) ? nil(uri, name) : embedded(objects, cimClass, uri, name, value);
  }
  if (type !== 'datetime' || typeof value !== 'string') return element(uri, name, [String(value)]);
  const datetime = toXmlDatetime(value);
  return element(uri, name, [element(uri === '' ? '' : ns.cimCommon, datetime.name, [datetime.text])]);
}

/** An object within another; its class is of the same namespace. */
function embedded(
  objects: ObjectStyle,
  { namespace }: CimClass,
  uri: string,
  name: string,
  value: CimObject,
): XmlElement {
  const ofClass = objects.repository.find(namespace, value.className);
  if (ofClass === undefined) return nil(uri, name);
  const own = uriOf(objects.style, ofClass);
  return element(uri, name, membersOf(objects, ofClass, own, value.values), [typeOf(own, ofClass.name)]);
}

function typeOf(uri: string, className: string): XmlAttribute {
  return { namespace: ns.xsi, name: 'type', value: { namespace: uri, name: `${className}_Type` } };
}

function nil(uri: string, name: string): XmlElement {
  return element(uri, name, [], [{ namespace: ns.xsi, name: 'nil', value: 'true' }]);
}

function typeOfValue(value: CimValue): CimType {
  const one = isArray(value) ? (value[0] ?? null) : value;
  return typeof one === 'object' && one !== null ? 'object' : 'string';
}

function isArray(value: CimValue): value is readonly CimValue[] {
  return Array.isArray(value);
}
