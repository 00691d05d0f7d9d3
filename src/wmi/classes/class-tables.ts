// The 53 classes as tables, a file a header, and the names and types that follow from them.

import type { StructureName } from '../structures/index.ts';
import { iscsicfgClasses } from './iscsicfg.ts';
import { iscsidefClasses } from './iscsidef.ts';
import { iscsifndClasses } from './iscsifnd.ts';
import { iscsimgtClasses } from './iscsimgt.ts';
import { iscsiopClasses } from './iscsiop.ts';
import { iscsiprfClasses } from './iscsiprf.ts';

export const classTables: typeof iscsidefClasses &
  typeof iscsiopClasses &
  typeof iscsimgtClasses &
  typeof iscsiprfClasses &
  typeof iscsicfgClasses &
  typeof iscsifndClasses = {
  ...iscsidefClasses,
  ...iscsiopClasses,
  ...iscsimgtClasses,
  ...iscsiprfClasses,
  ...iscsicfgClasses,
  ...iscsifndClasses,
};

type Tables = typeof classTables;

/** The name of a class, as in its header. */
export type ClassName = keyof Tables;

/** What a class is: a block of data, counters, methods alone, an event, or a part of others without instances. */
export type ClassKind = 'data' | 'perf' | 'methods' | 'event' | 'embedded';

type OfKind<K extends ClassKind> = {
  [C in ClassName]: Tables[C]['kind'] extends K ? C : never;
}[ClassName];

/** A class whose instances can be queried. */
export type DataClassName = OfKind<'data' | 'perf'>;

export type EventClassName = OfKind<'event'>;

export type MethodClassName = OfKind<'methods'>;

/** The structure of an instance or an event. */
export type ClassStructure<C extends DataClassName | EventClassName> = Tables[C]['structure'];

type Methods<C extends MethodClassName> = Tables[C]['methods'][number];

/** The name of a method of a class. */
export type MethodName<C extends MethodClassName> = Methods<C>['name'];

/** The structure that a method takes; never for one that takes nothing. */
export type MethodIn<C extends MethodClassName, M extends MethodName<C>> =
  Extract<Methods<C>, { readonly name: M }> extends { readonly in: infer N extends StructureName } ? N : never;

/** The structure that a method gives. */
export type MethodOut<C extends MethodClassName, M extends MethodName<C>> = Extract<
  Methods<C>,
  { readonly name: M }
>['out'];
