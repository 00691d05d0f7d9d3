// What stands behind a class: where its instances come from, what its methods do, when its events happen. The provider
// does the rest: names and GUIDs, instances by name, bytes, statuses.

import type {
  ClassStructure,
  DataClassName,
  EventClassName,
  MethodClassName,
  MethodIn,
  MethodName,
  MethodOut,
} from '../classes/index.ts';
import type { StructureInput, StructureValue } from '../layout/index.ts';

/** An instance of a class, or an event of one. */
export interface BlockInstance<C extends DataClassName | EventClassName> {
  readonly instanceName: string;
  readonly value: StructureInput<ClassStructure<C>>;
}

/** Members of a class that are to be changed. */
export type BlockChanges<C extends DataClassName> = Partial<StructureValue<ClassStructure<C>>>;

/** A class of data or of counters. */
export interface DataBlock<C extends DataClassName = DataClassName> {
  readonly className: C;
  /** What there is now. No two have the same name, whatever its case. */
  instances(signal: AbortSignal): readonly BlockInstance<C>[] | Promise<readonly BlockInstance<C>[]>;
  /**
   * Changes an instance that there is. `changes` has writable members alone. Throws WmiError WMI_NOT_SUPPORTED for what is
   * writable by the class, and not here. A class without it is read-only.
   */
  set?(instanceName: string, changes: BlockChanges<C>, signal: AbortSignal): Promise<void>;
}

/** What a method is given; undefined for one that takes nothing. */
export type MethodInput<C extends MethodClassName, M extends MethodName<C>> = [MethodIn<C, M>] extends [never]
  ? undefined
  : StructureValue<MethodIn<C, M>>;

/** The method of a class. It answers for an instance that there is; what goes wrong is in the `Status` of its answer. */
export type BlockMethod<C extends MethodClassName, M extends MethodName<C>> = (
  instanceName: string,
  input: MethodInput<C, M>,
  signal: AbortSignal,
) => Promise<StructureInput<MethodOut<C, M>>>;

/** A class of methods. */
export interface MethodBlock<C extends MethodClassName = MethodClassName> {
  readonly className: C;
  instanceNames(): readonly string[];
  readonly methods: { readonly [M in MethodName<C>]: BlockMethod<C, M> };
}

/** Tells of an event. It never throws. */
export type FireEvent<C extends EventClassName> = (event: BlockInstance<C>) => void;

/** A class of events. */
export interface EventBlock<C extends EventClassName = EventClassName> {
  readonly className: C;
  /** Fires for what happens from now on, until what is returned is called. Called once. */
  start(fire: FireEvent<C>): () => void;
}
