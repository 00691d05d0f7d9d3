// The classes that there are, by namespace and name.

import type { CimClass } from './cim-class.ts';
import type { CimObject } from './cim-value.ts';

/** Hears of an object of an event class. */
export type CimEventListener = (namespace: string, event: CimObject) => void;

/** Classes, and the events of those that are event classes. */
export interface CimRepository {
  /** The case of both names does not matter, nor does which of the two slashes a namespace has. */
  find(namespace: string, className: string): CimClass | undefined;
  /** Those of a namespace, by name; none of one that there is not. */
  classes(namespace: string): readonly CimClass[];
  /** Calls `listener` for each event from now on, until the function that it gives is called. */
  onEvent(listener: CimEventListener): () => void;
}

/** A repository of these classes. `onEvent` is what tells of events; none happen unless it is given. */
export function cimRepositoryOf(
  classes: Iterable<CimClass>,
  onEvent: CimRepository['onEvent'] = () => () => undefined,
): CimRepository {
  const namespaces = new Map<string, Map<string, CimClass>>();
  for (const cimClass of classes) {
    const byName = namespaces.get(folded(cimClass.namespace)) ?? new Map<string, CimClass>();
    namespaces.set(folded(cimClass.namespace), byName.set(cimClass.name.toLowerCase(), cimClass));
  }
  const inNamespace = (namespace: string): ReadonlyMap<string, CimClass> =>
    namespaces.get(folded(namespace)) ?? new Map<string, CimClass>();
  return {
    find: (namespace, className) => inNamespace(namespace).get(className.toLowerCase()),
    classes: (namespace) => [...inNamespace(namespace).values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    onEvent,
  };
}

function folded(namespace: string): string {
  return namespace.toLowerCase().replaceAll('\\', '/');
}
