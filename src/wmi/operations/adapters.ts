// Which adapter a method is of, and how its ids are called by the service.

import type { InitiatorInstance } from '../../adapter/index.ts';
import { assert } from '../../base/index.ts';
import { anyInitiatorPort, type InitiatorPlace } from '../../service/index.ts';
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

/** An adapter, and its port unless all are meant. */
export function placeOf({ name }: Pick<InitiatorInstance, 'name'>, port: number): InitiatorPlace {
  return { instance: name, ...(port === anyInitiatorPort ? {} : { initiatorPort: port }) };
}
