// Opens a service: its store, its initiator instances, and all that runs on them.

import { InitiatorInstance, UniqueIds } from '../adapter/index.ts';
import { openStore } from '../store/index.ts';
import { Instances } from './instances.ts';
import { KeptIsids } from './logins/kept-isids.ts';
import { Metrics } from './metrics.ts';
import { nodeNameOf } from './node.ts';
import {
  type ResolvedServiceOptions,
  resolveOptions,
  type ServiceInstanceOptions,
  type ServiceOptions,
} from './options.ts';
import { Service } from './service.ts';
import { ServiceParts } from './service-parts.ts';
import { onlyKey } from './wanted/kinds.ts';
import { Wanted } from './wanted/wanted.ts';

/**
 * Opens the service of a state directory. Resolves as soon as it can be asked; persistent logins and discovery go on
 * behind that (`Service.ready`). Rejects with StoreError (STORE_LOCKED while another process has the directory), and with
 * UsageError for options that cannot be; then nothing is left open.
 */
export async function openService(options: ServiceOptions): Promise<Service> {
  const resolved = resolveOptions(options);
  const { stateDirectory, storeHooks } = resolved;
  const store = openStore({ directory: stateDirectory, ...(storeHooks === undefined ? {} : { hooks: storeHooks }) });
  let adapters: readonly InitiatorInstance[] = [];
  try {
    const wanted = new Wanted(store);
    const metrics = new Metrics();
    const [first, ...others] = openInstances(resolved, wanted, metrics);
    adapters = [first, ...others];
    const instances = new Instances(first, others);
    const parts = new ServiceParts({ options: resolved, store, wanted, instances, metrics });
    parts.start();
    return await Promise.resolve(new Service(parts, adapters));
  } catch (error) {
    await Promise.all(adapters.map((instance) => instance.close({ logOut: false })));
    store.close();
    throw error;
  }
}

function openInstances(
  { instances, clock, transport, sessionDefaults: { offers } }: ResolvedServiceOptions,
  wanted: Wanted,
  { commandAnswered }: Metrics,
): readonly [InitiatorInstance, ...InitiatorInstance[]] {
  const ids = new UniqueIds();
  const isids = new KeptIsids(wanted);
  const nodeName = nodeNameOf(wanted);
  const alias = wanted.node.get(onlyKey)?.alias;
  const open = ({ name, adapterId, binding }: ServiceInstanceOptions): InitiatorInstance =>
    new InitiatorInstance({
      name,
      nodeName,
      ids,
      clock,
      commandAnswered,
      isids: isids.planOf(name),
      ...(alias === undefined ? {} : { alias }),
      ...(adapterId === undefined ? {} : { adapterId }),
      ...(binding === undefined ? {} : { binding }),
      ...(transport === undefined ? {} : { transport }),
      ...(offers === undefined ? {} : { offers }),
    });
  const [first, ...others] = instances;
  return [open(first), ...others.map(open)];
}
