// All classes that management reaches: those of user mode, and those of the driver contract.

import type { InitiatorService } from '../service/index.ts';
import { asObject, providerClasses } from './bridge/provider-classes.ts';
import { cimNamespace } from './cim/cim-class.ts';
import { type CimEventListener, type CimRepository, cimRepositoryOf } from './cim/cim-repository.ts';
import { requireClass } from './classes/index.ts';
import type { WmiProvider } from './provider/index.ts';
import { userModeClasses } from './user-mode/index.ts';

/** What the classes are made of. */
export interface CimRepositoryOptions {
  /** In this process or over a socket. */
  readonly service: InitiatorService;
  /** Without it there are the classes of user mode alone, and no events. It is the caller's to close. */
  readonly provider?: WmiProvider;
}

/** The classes of root/wmi and root/Microsoft/Windows/Storage. It holds nothing, so there is nothing to close. */
export function openCimRepository({ service, provider }: CimRepositoryOptions): CimRepository {
  if (provider === undefined) return cimRepositoryOf(userModeClasses(service));
  const onEvent = (listener: CimEventListener): (() => void) =>
    provider.onEvent(({ className, instanceName, value }) => {
      listener(cimNamespace.wmi, asObject(requireClass(className), { instanceName, value }));
    });
  return cimRepositoryOf([...userModeClasses(service), ...providerClasses(provider)], onEvent);
}
