// Which adapter a method is of, and how its ids are called by the service.

import type { InitiatorInstance } from '../../adapter/index.ts';
import { assert } from '../../base/index.ts';
import { anyInitiatorPort, type InitiatorPlace, type UniqueId } from '../../service/index.ts';
import { adapterInstanceName, isSameInstance } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';

/** The adapter of an instance that the provider has found. */
export function adapterOf({ adapters }: WmiGround, instanceName: string): InitiatorInstance {
  const adapter = adapters.find((each) => isSameInstance(adapterInstanceName(each), instanceName));
  assert(adapter !== undefined, `${instanceName} is an adapter`);
  return adapter;
}

/** The names of all adapters. */
export function adapterNames({ adapters }: WmiGround): () => readonly string[] {
  return () => adapters.map(adapterInstanceName);
}

/** An id of 64 bits as the service has it: behind that of its adapter. */
export function serviceId({ adapterId }: Pick<InitiatorInstance, 'adapterId'>, id: bigint): UniqueId {
  return [adapterId, id].map((half) => half.toString(16).padStart(16, '0')).join('-');
}

/** The part of the service's id that is the driver's. */
export function driverId(id: UniqueId): bigint {
  return BigInt(`0x${id.slice(id.indexOf('-') + 1)}`);
}

/** An adapter, and its port unless all are meant. */
export function placeOf({ name }: Pick<InitiatorInstance, 'name'>, port: number): InitiatorPlace {
  return { instance: name, ...(port === anyInitiatorPort ? {} : { initiatorPort: port }) };
}
