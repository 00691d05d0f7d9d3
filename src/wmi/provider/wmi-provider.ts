// The provider: requests for classes by name or GUID, with bytes and NTSTATUS codes as a driver has them, or with values.

import { assert, SessionError, UsageError, untilAborted, WmiError } from '../../base/index.ts';
import {
  type ClassStructure,
  type DataClassName,
  type EventClassName,
  type MethodClassName,
  type MethodIn,
  type MethodName,
  type MethodOut,
  requireClass,
  requireMethod,
  requireProperty,
  type WmiClass,
  type WmiMethod,
} from '../classes/index.ts';
import {
  decodeItem,
  decodeStructure,
  encodeStructure,
  type StructureInput,
  type StructureValue,
  structureLayout,
} from '../layout/index.ts';
import { ntStatus } from '../nt-status.ts';
import type { StructureName } from '../structures/index.ts';
import {
  noOutput,
  type RawAnswer,
  type RawInstance,
  type RawInstances,
  refused,
  requireRoom,
  succeeded,
} from './raw-answer.ts';
import { type AnyData, type AnyInstance, type Blocks, type Members, Registry, startEvents } from './registry.ts';

/** What any request may be told. */
export interface WmiCallOptions {
  /** Ends the waiting, with the signal's reason. What has been begun by then is ended in order behind it. */
  readonly signal?: AbortSignal;
}

/** An instance of a class of data. */
export interface WmiInstance<C extends DataClassName> {
  readonly instanceName: string;
  readonly value: StructureValue<ClassStructure<C>>;
}

/** An event. */
export type WmiEvent = {
  readonly [C in EventClassName]: {
    readonly className: C;
    readonly instanceName: string;
    readonly value: StructureValue<ClassStructure<C>>;
  };
}[EventClassName];

/** What `call` takes for a method; undefined for one that takes nothing. */
export type CallInput<C extends MethodClassName, M extends MethodName<C>> = [MethodIn<C, M>] extends [never]
  ? undefined
  : StructureInput<MethodIn<C, M>>;

const unlimited = Number.POSITIVE_INFINITY;

/**
 * The classes of one service. A class is named by its name or its GUID, with or without braces; the case of names does not
 * matter. To be closed.
 */
export class WmiProvider {
  readonly #registry: Registry;
  readonly #listeners = new Set<(event: WmiEvent) => void>();
  readonly #ending = new AbortController();
  readonly #stopEvents: () => void;

  /** @internal */
  constructor(blocks: Blocks) {
    this.#registry = new Registry(blocks);
    this.#stopEvents = startEvents(blocks, (className, event) => {
      this.#fire(className, event);
    });
  }

  /**
   * Carries out a method (IRP_MN_EXECUTE_METHOD). What becomes of the work is in the `Status` of the output: `status` is of
   * the request alone. An output that is too long for `outputLength` is refused before anything is done where it can be
   * known by then. Rejects with the signal's reason and, once closed, SessionError ISCSI_CLOSED, as all requests do.
   */
  async execute(
    block: string,
    instanceName: string,
    methodId: number,
    input: Uint8Array,
    options: WmiCallOptions & { readonly outputLength?: number } = {},
  ): Promise<RawAnswer> {
    const { outputLength = unlimited } = options;
    return await this.#answer(options, async (signal) => {
      const output = await this.#execute(block, instanceName, methodId, { input, outputLength }, signal);
      return succeeded(output, outputLength);
    });
  }

  /** All instances of a class (IRP_MN_QUERY_ALL_DATA); those of a class of methods have no data. */
  async queryAllData(block: string, options: WmiCallOptions = {}): Promise<RawInstances> {
    let instances: readonly RawInstance[] = [];
    const { status } = await this.#answer(options, async (signal) => {
      instances = await this.#queryAll(block, signal);
      return done;
    });
    return { status, instances };
  }

  /** One instance of a class (IRP_MN_QUERY_SINGLE_INSTANCE). */
  async querySingleInstance(
    block: string,
    instanceName: string,
    options: WmiCallOptions & { readonly bufferLength?: number } = {},
  ): Promise<RawAnswer> {
    const { bufferLength = unlimited } = options;
    return await this.#answer(options, async (signal) => {
      const { wmiClass } = this.#registry.methods(block);
      const all = await this.#instances(block, signal);
      const { value } = Registry.instance(wmiClass, all, nameOf, instanceName);
      return succeeded(bytesOf(wmiClass, value), bufferLength);
    });
  }

  /** Sets all writable items of an instance (IRP_MN_CHANGE_SINGLE_INSTANCE). */
  async setSingleInstance(
    block: string,
    instanceName: string,
    data: Uint8Array,
    options: WmiCallOptions = {},
  ): Promise<{ readonly status: number }> {
    const { status } = await this.#answer(options, async (signal) => {
      const { wmiClass, data: source } = this.#writable(block);
      const value: Members = decodeStructure(structureOf(wmiClass), data);
      await this.#change(wmiClass, source, instanceName, value, signal);
      return done;
    });
    return { status };
  }

  /** Sets one item of an instance by its data id (IRP_MN_CHANGE_SINGLE_ITEM). */
  async setSingleItem(
    block: string,
    instanceName: string,
    dataId: number,
    data: Uint8Array,
    options: WmiCallOptions = {},
  ): Promise<{ readonly status: number }> {
    const { status } = await this.#answer(options, async (signal) => {
      const { wmiClass, data: source } = this.#registry.data(block);
      const property = requireProperty(wmiClass, dataId);
      if (!property.isWritable) throw readOnly(`${wmiClass.name}.${property.name}`);
      await this.#change(
        wmiClass,
        source,
        instanceName,
        { [property.name]: decodeItem(structureOf(wmiClass), property.name, data) },
        signal,
      );
      return done;
    });
    return { status };
  }

  /**
   * Carries out a method. Its answer's `Status` is 0 or an ISDSC code. Rejects with WmiError WMI_CLASS_NOT_FOUND,
   * WMI_INSTANCE_NOT_FOUND, WMI_METHOD_NOT_FOUND, WMI_BAD_BUFFER and WMI_NOT_SUPPORTED, and with UsageError
   * ISCSI_BAD_ARGUMENT for an input that its structure cannot hold.
   */
  async call<C extends MethodClassName, M extends MethodName<C>>(
    className: C,
    method: M,
    instanceName: string,
    input: CallInput<C, M>,
    options: WmiCallOptions = {},
  ): Promise<StructureValue<MethodOut<C, M>>> {
    const { wmiClass } = this.#registry.methods(className);
    const { methodId, in: inName, out } = requireMethod(wmiClass, method);
    // By way of bytes, so that both ways of asking give and take the same.
    const bytes = inName === undefined ? new Uint8Array() : encode(inName, input ?? {});
    const request = { input: bytes, outputLength: unlimited };
    const output = await this.#run(options, (signal) =>
      this.#execute(className, instanceName, methodId, request, signal),
    );
    return decodeStructure(out, output);
  }

  /** All instances of a class. Rejects with WmiError WMI_CLASS_NOT_FOUND and WMI_NOT_SUPPORTED. */
  async query<C extends DataClassName>(className: C, options: WmiCallOptions = {}): Promise<WmiInstance<C>[]> {
    const { wmiClass } = this.#registry.data(className);
    const all = await this.#run(options, (signal) => this.#queryAll(className, signal));
    return all.map(({ instanceName, data }) => ({
      instanceName,
      value: decodeStructure(structureOf(wmiClass), data) as StructureValue<ClassStructure<C>>,
    }));
  }

  /**
   * Changes members of an instance. Rejects with WmiError WMI_READ_ONLY for a member that cannot be changed, and as
   * `query` does; UsageError ISCSI_BAD_ARGUMENT for a member that the class does not have.
   */
  async set<C extends DataClassName>(
    className: C,
    instanceName: string,
    changes: Partial<StructureInput<ClassStructure<C>>>,
    options: WmiCallOptions = {},
  ): Promise<void> {
    await this.#run(options, async (signal) => {
      const { wmiClass, data } = this.#registry.data(className);
      for (const name of Object.keys(changes)) {
        const property = wmiClass.properties.find((each) => each.name === name);
        if (property === undefined) throw noMember(wmiClass, name);
        if (!property.isWritable) throw readOnly(`${className}.${name}`);
      }
      await this.#change(wmiClass, data, instanceName, changes, signal);
    });
  }

  /** The names of a class's instances, of data or of methods. Rejects as `query` does. */
  async instanceNames(className: string, options: WmiCallOptions = {}): Promise<string[]> {
    return (await this.#run(options, (signal) => this.#instances(className, signal))).map(nameOf);
  }

  /** Calls `listener` with every event as it happens, until what is returned is called. It must not throw. */
  onEvent(listener: (event: WmiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Ends all requests and takes no more, and tells of no more events. Sessions and all else stay: they are the service's. */
  close(): void {
    this.#ending.abort(new SessionError('ISCSI_CLOSED', 'The provider is closed'));
    this.#stopEvents();
    this.#listeners.clear();
  }

  async #execute(
    block: string,
    instanceName: string,
    methodId: number,
    { input, outputLength }: { readonly input: Uint8Array; readonly outputLength: number },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { wmiClass, methods } = this.#registry.methods(block);
    const method: WmiMethod = requireMethod(wmiClass, methodId);
    const known = Registry.instance(wmiClass, methods?.instanceNames() ?? [], (name) => name, instanceName);
    const carryOut = methods?.methods[method.name];
    if (carryOut === undefined) throw new WmiError('WMI_METHOD_NOT_FOUND', `${wmiClass.name} has no ${method.name}`);
    const value = method.in === undefined ? undefined : decodeStructure(method.in, input);
    const { leastSize } = structureLayout(method.out);
    requireRoom(leastSize, outputLength);
    const answer = await carryOut(known, value, signal);
    return encode(method.out, answer);
  }

  async #queryAll(block: string, signal: AbortSignal): Promise<RawInstance[]> {
    const { wmiClass } = this.#registry.methods(block);
    const all = await this.#instances(block, signal);
    return all.map(({ instanceName, value }) => ({ instanceName, data: bytesOf(wmiClass, value) }));
  }

  async #instances(block: string, signal: AbortSignal): Promise<readonly AnyInstance[]> {
    const { methods } = this.#registry.methods(block);
    if (methods !== undefined) return methods.instanceNames().map((instanceName) => ({ instanceName, value: {} }));
    return await this.#registry.data(block).data.instances(signal);
  }

  /** Throws WmiError WMI_READ_ONLY for a class of which nothing can be changed. */
  #writable(block: string): ReturnType<Registry['data']> {
    const found = this.#registry.data(block);
    const { wmiClass, data } = found;
    if (data.set !== undefined && wmiClass.properties.some(({ isWritable }) => isWritable)) return found;
    throw readOnly(wmiClass.name);
  }

  async #change(
    wmiClass: WmiClass,
    data: AnyData,
    instanceName: string,
    members: Members,
    signal: AbortSignal,
  ): Promise<void> {
    if (data.set === undefined) throw readOnly(wmiClass.name);
    const changes = writableOf(wmiClass, members);
    const known = Registry.instance(wmiClass, await data.instances(signal), nameOf, instanceName);
    await data.set(known.instanceName, changes, signal);
  }

  /** A raw request: an error of ours is a status, but for the end of the provider or of the caller's patience. */
  async #answer(options: WmiCallOptions, work: (signal: AbortSignal) => Promise<RawAnswer>): Promise<RawAnswer> {
    try {
      return await this.#run(options, work);
    } catch (error) {
      this.#ending.signal.throwIfAborted();
      options.signal?.throwIfAborted();
      return refused(error);
    }
  }

  /** One request: refused once closed, and waited for no longer than the caller or the provider says. */
  async #run<T>({ signal }: WmiCallOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return await untilAborted([this.#ending.signal, signal], work);
  }

  #fire(className: EventClassName, { instanceName, value }: AnyInstance): void {
    if (this.#listeners.size === 0) return;
    const { structure } = requireClass(className);
    const whole: unknown = structure === undefined ? value : decodeStructure(structure, encode(structure, value));
    const event = { className, instanceName, value: whole } as WmiEvent;
    for (const listener of this.#listeners) listener(event);
  }
}

const done: RawAnswer = { status: ntStatus.STATUS_SUCCESS, output: noOutput };

function nameOf({ instanceName }: { readonly instanceName: string }): string {
  return instanceName;
}

/** Whoever built the members has built them of this structure. */
function encode(structure: StructureName, members: Members): Uint8Array {
  return encodeStructure(structure, members as StructureInput<StructureName>);
}

/** An instance as bytes; none of a class of methods. */
function bytesOf({ structure }: WmiClass, members: Members): Uint8Array {
  return structure === undefined ? noOutput : encode(structure, members);
}

function structureOf({ name, structure }: WmiClass): StructureName {
  assert(structure !== undefined, `${name} is a class of data`);
  return structure;
}

/** What of it can be changed. A count is not: it goes with its array. */
function writableOf({ properties }: WmiClass, members: Members): Members {
  const counts = new Set(properties.map(({ count }) => count));
  const names = properties.filter(({ isWritable, name }) => isWritable && !counts.has(name)).map(({ name }) => name);
  return Object.fromEntries(names.filter((name) => name in members).map((name) => [name, members[name]]));
}

function readOnly(what: string): WmiError {
  return new WmiError('WMI_READ_ONLY', `${what} cannot be set`);
}

function noMember({ name }: WmiClass, member: string): UsageError {
  return new UsageError('ISCSI_BAD_ARGUMENT', `${name} has no member ${member}`, { argument: member });
}
