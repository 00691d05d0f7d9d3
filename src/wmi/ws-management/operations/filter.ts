// Filters of enumerations and subscriptions: WQL, and selectors.

import { IscsiError } from '../../../base/index.ts';
import type { CimClass } from '../../cim/cim-class.ts';
import type { CimObject } from '../../cim/cim-value.ts';
import { formatKey } from '../../cim/instance-keys.ts';
import { matchWql, propertyOf } from '../../wql/match-wql.ts';
import { parseWql } from '../../wql/parse-wql.ts';
import { propertiesOf, type WqlQuery } from '../../wql/wql-query.ts';
import { selectorsOf } from '../envelope/read-envelope.ts';
import { theOneIn } from '../envelope/soap.ts';
import { dialect, namespaceSelector, ns } from '../names.ts';
import { type FaultName, soapFault } from '../soap-fault.ts';
import { attributeOf, element, textOf, type XmlElement } from '../xml/xml-node.ts';

/** What a filter says, before the class is known that it is for. */
export type Filter =
  | { readonly kind: 'wql'; readonly query: WqlQuery }
  | { readonly kind: 'selectors'; readonly selectors: ReadonlyMap<string, string> };

/** A filter that fits its class. */
export interface ClassFilter {
  readonly matches: (instance: CimObject) => boolean;
  /** The properties that are asked for; undefined for all. */
  readonly select: readonly (readonly string[])[] | undefined;
}

/** Who asks for the filter: its faults are named after it. */
export type FilterUse = 'enumeration' | 'eventing';

const dialectFaults: Readonly<Record<FilterUse, FaultName>> = {
  enumeration: 'filterDialectUnavailable',
  eventing: 'eventFilterUnavailable',
};

/**
 * Reads the filter of an Enumerate or a Subscribe; undefined where there is none. Throws a fault for a dialect that is not
 * spoken (with those that are), and for a query that is not understood.
 */
export function readFilter(parent: XmlElement, use: FilterUse): Filter | undefined {
  // WS-Enumeration's own filter is XPath over the answer; DSP0226 clause 8.3 has a filter of its own in its place.
  if (use === 'enumeration' && theOneIn(parent, ns.enumeration, 'Filter') !== undefined) {
    throw soapFault('filteringNotSupported', { text: 'A filter is a wsman:Filter' });
  }
  const filter = theOneIn(parent, ns.wsman, 'Filter') ?? theOneIn(parent, ns[use], 'Filter');
  if (filter === undefined) return undefined;
  const spoken = attributeOf(filter, '', 'Dialect') ?? '';
  if (spoken === dialect.wql) return { kind: 'wql', query: readQuery(filter) };
  if (spoken === dialect.selector) {
    const set = theOneIn(filter, ns.wsman, 'SelectorSet');
    if (set === undefined) throw cannotProcess('The filter has no SelectorSet');
    return { kind: 'selectors', selectors: selectorsOf(set) };
  }
  throw soapFault(dialectFaults[use], {
    text: /\/cql\//i.test(spoken) ? 'CQL is not supported; WQL is' : 'The dialects are WQL and SelectorFilter',
    elements: Object.values(dialect).map((each) => element(ns[use], 'SupportedDialect', [each])),
  });
}

function readQuery(filter: XmlElement): WqlQuery {
  try {
    return parseWql(textOf(filter) ?? '');
  } catch (error) {
    throw error instanceof IscsiError ? cannotProcess(error.message) : error;
  }
}

/** Fits a filter to the class that it is for. Throws a fault for one that is for another, or names what the class has not. */
export function fitFilter(filter: Filter | undefined, cimClass: CimClass): ClassFilter {
  if (filter === undefined) return { matches: () => true, select: undefined };
  if (filter.kind === 'selectors') return fitSelectors(filter.selectors, cimClass);
  const { query } = filter;
  if (query.className.toLowerCase() !== cimClass.name.toLowerCase()) {
    throw cannotProcess('The query is for another class than the resource URI');
  }
  for (const { path } of propertiesOf(query)) {
    if (!hasProperty(cimClass, path[0] ?? '')) throw cannotProcess(`The class has no property ${path[0] ?? ''}`);
  }
  return { matches: (instance) => matchWql(query, instance), select: query.select?.map(({ path }) => path) };
}

function fitSelectors(selectors: ReadonlyMap<string, string>, cimClass: CimClass): ClassFilter {
  const wanted = [...selectors].filter(([name]) => name.toLowerCase() !== namespaceSelector);
  for (const [name] of wanted) {
    if (!hasProperty(cimClass, name)) throw cannotProcess('A selector of the filter is no property of the class');
  }
  const matches = (instance: CimObject): boolean =>
    wanted.every(([name, value]) => formatKey(propertyOf(instance, [name])).toLowerCase() === value.toLowerCase());
  return { matches, select: undefined };
}

function hasProperty({ properties }: CimClass, name: string): boolean {
  return properties.some((each) => each.name.toLowerCase() === name.toLowerCase());
}

function cannotProcess(text: string): Error {
  return soapFault('cannotProcessFilter', { text });
}
