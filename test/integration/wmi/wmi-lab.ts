// A service with the provider of its WMI classes, for tests; and what its classes say, one instance after the other.

import type { InitiatorInstance } from 'hawser';
import type { ServiceOptions } from 'hawser/service';
import { type DataClassName, openWmi, type WmiInstance, type WmiProvider } from 'hawser/wmi';
import { openLab as openServiceLab, type ServiceLab } from '../service/service-lab.ts';

/** A service, its provider, and targets. */
export interface WmiLab extends AsyncDisposable {
  readonly lab: ServiceLab;
  readonly wmi: WmiProvider;
  readonly adapter: InitiatorInstance;
}

/** Opens all of it. */
export async function openLab(options: Partial<ServiceOptions> = {}): Promise<WmiLab> {
  const lab = await openServiceLab(options);
  const { service } = lab;
  const [adapter] = service.adapters;
  if (adapter === undefined) throw new Error('the service has no adapter');
  const wmi = openWmi({ service, adapters: service.adapters });
  return {
    lab,
    wmi,
    adapter,
    [Symbol.asyncDispose]: async () => {
      wmi.close();
      await lab[Symbol.asyncDispose]();
    },
  };
}

/** The value of the only instance, or of the named one. */
export async function valueOf<C extends DataClassName>(
  wmi: WmiProvider,
  className: C,
  instanceName?: string,
): Promise<WmiInstance<C>['value']> {
  const instances = await wmi.query(className);
  const found = instanceName === undefined ? instances : instances.filter((each) => each.instanceName === instanceName);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const names = instances.map((each) => each.instanceName).join(', ');
    throw new Error(`${className} has ${found.length} such instances, of: ${names}`);
  }
  return only.value;
}
