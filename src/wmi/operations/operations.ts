// MSiSCSI_Operations: what an initiator service has its adapters do.

import type { MethodBlock } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { adapterNames } from './adapters.ts';
import { loginMethods } from './logins.ts';
import { nodeNameMethods } from './node-names.ts';
import { scsiMethods } from './scsi.ts';
import { serverMethods } from './servers.ts';

/** The class. */
export function adapterOperations(ground: WmiGround): MethodBlock<'MSiSCSI_Operations'> {
  return {
    className: 'MSiSCSI_Operations',
    instanceNames: adapterNames(ground),
    methods: {
      ...loginMethods(ground),
      ...scsiMethods(ground),
      ...serverMethods(ground),
      ...nodeNameMethods(ground),
    },
  };
}
