// The MSiSCSI classes over a real service that reaches nobody: every connection is refused, and no packet leaves.

import { openService, type Service } from '../../src/service/index.ts';
import { openWmi, type WmiProvider } from '../../src/wmi/index.ts';
import { makeTempDir } from './temp.ts';

/** A provider and what it is over. */
export interface WmiBench extends AsyncDisposable {
  readonly service: Service;
  readonly wmi: WmiProvider;
}

/** Opens a service with an empty state and two adapters, and its provider. */
export async function openWmiBench(): Promise<WmiBench> {
  const dir = await makeTempDir();
  const service = await openService({
    stateDirectory: dir.file('state'),
    instances: [{ name: 'Root\\ISCSIPRT\\0000_0' }, { name: 'Root\\ISCSIPRT\\0001_0' }],
    refreshIntervalMs: 0,
    transport: {
      name: 'nowhere',
      checkBinding: () => undefined,
      connect: async ({ host }) => await Promise.reject(new Error(`${host} refuses`)),
    },
    openIsnsSource: (address) => ({
      mechanism: `iSNS:${address}`,
      instance: 'Root\\ISCSIPRT\\0000_0',
      isRegistered: false,
      ask: async () => await Promise.resolve([]),
      close: async () => {
        await Promise.resolve();
      },
    }),
  });
  const wmi = openWmi({ service, adapters: service.adapters });
  return {
    service,
    wmi,
    async [Symbol.asyncDispose]() {
      wmi.close();
      await service.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}
