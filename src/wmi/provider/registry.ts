// The blocks of a provider by their classes, in a form that does not know which structures a class has.

import { UsageError, WmiError } from '../../base/index.ts';
import {
  type ClassName,
  type DataClassName,
  type EventClassName,
  type MethodClassName,
  requireClass,
  type WmiClass,
} from '../classes/index.ts';
import type { DataBlock, EventBlock, FireEvent, MethodBlock } from './block.ts';
import { isSameInstance } from './instance-names.ts';

/** Members of a structure by name. */
export type Members = Readonly<Record<string, unknown>>;

/** An instance whose class is known elsewhere. */
export interface AnyInstance {
  readonly instanceName: string;
  readonly value: Members;
}

/** A block of data, its types left out: the value of an instance is of the class's structure. */
export interface AnyData {
  instances(signal: AbortSignal): readonly AnyInstance[] | Promise<readonly AnyInstance[]>;
  set?(instanceName: string, changes: Members, signal: AbortSignal): Promise<void>;
}

/** A method, its types left out: it takes and gives the structures that the class says. */
export type AnyMethod = (instanceName: string, input: unknown, signal: AbortSignal) => Promise<Members>;

/** A block of methods, its types left out. */
export interface AnyMethods {
  instanceNames(): readonly string[];
  readonly methods: Readonly<Record<string, AnyMethod>>;
}

/** What a provider is made of. Each class at most once. */
export interface Blocks {
  readonly data?: readonly { readonly [C in DataClassName]: DataBlock<C> }[DataClassName][];
  readonly methods?: readonly { readonly [C in MethodClassName]: MethodBlock<C> }[MethodClassName][];
  readonly events?: readonly { readonly [C in EventClassName]: EventBlock<C> }[EventClassName][];
}

/** All blocks. */
export class Registry {
  readonly #data = new Map<ClassName, AnyData>();
  readonly #methods = new Map<ClassName, AnyMethods>();

  constructor({ data = [], methods = [] }: Blocks) {
    for (const block of data) this.#add(this.#data, block.className, block);
    for (const block of methods) this.#add(this.#methods, block.className, block as AnyMethods);
  }

  /** Throws WmiError WMI_CLASS_NOT_FOUND for a class that is none or is a part of others, WMI_NOT_SUPPORTED. */
  data(block: string): { readonly wmiClass: WmiClass; readonly data: AnyData } {
    const wmiClass = classOf(block);
    const data = this.#data.get(wmiClass.name);
    if (data === undefined) throw notSupported(wmiClass, 'no data');
    return { wmiClass, data };
  }

  /** Undefined for a class of data. Throws as `data` does. */
  methods(block: string): { readonly wmiClass: WmiClass; readonly methods: AnyMethods | undefined } {
    const wmiClass = classOf(block);
    const methods = this.#methods.get(wmiClass.name);
    if (methods === undefined && wmiClass.kind === 'methods') throw notSupported(wmiClass, 'no methods');
    return { wmiClass, methods };
  }

  /** Which of these names the caller means. Throws WmiError WMI_INSTANCE_NOT_FOUND. */
  static instance<T>(wmiClass: WmiClass, all: readonly T[], nameOf: (each: T) => string, instanceName: string): T {
    const found = all.find((each) => isSameInstance(nameOf(each), instanceName));
    if (found !== undefined) return found;
    throw new WmiError('WMI_INSTANCE_NOT_FOUND', `${wmiClass.name} has no instance ${instanceName}`);
  }

  #add<T>(blocks: Map<ClassName, T>, className: ClassName, block: T): void {
    if (blocks.has(className)) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `${className} has two blocks`, { argument: 'blocks' });
    }
    blocks.set(className, block);
  }
}

/** Begins to listen to all events; returns what ends that. */
export function startEvents(
  { events = [] }: Blocks,
  fire: (className: EventClassName, event: AnyInstance) => void,
): () => void {
  const stops = events.map((block) => {
    const start = block.start.bind(block) as (fire: FireEvent<EventClassName>) => () => void;
    return start((event) => {
      fire(block.className, event);
    });
  });
  return () => {
    for (const stop of stops) stop();
  };
}

function classOf(block: string): WmiClass {
  const wmiClass = requireClass(block);
  if (wmiClass.kind !== 'embedded') return wmiClass;
  throw new WmiError('WMI_CLASS_NOT_FOUND', `${wmiClass.name} is a part of other classes and has no instances`);
}

function notSupported({ name }: WmiClass, what: string): WmiError {
  return new WmiError('WMI_NOT_SUPPORTED', `${name} has ${what} here`);
}
