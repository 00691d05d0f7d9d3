// MSiSCSI_Operations: which node name is in use. There is one for all adapters, and the service keeps it.

import type { MethodBlock } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { done, refuse } from './status.ts';

type Methods = MethodBlock<'MSiSCSI_Operations'>['methods'];

/** The methods. Without a name of its own the node has the default one, which cannot be deleted. */
export function nodeNameMethods({
  service,
}: WmiGround): Pick<Methods, 'SetInitiatorNodeName' | 'DeleteInitiatorNodeName'> {
  return {
    SetInitiatorNodeName: async (_instanceName, { CreatedInitiatorName }, signal) =>
      await done(async () => await service.setInitiator({ nodeName: CreatedInitiatorName }, { signal })),
    DeleteInitiatorNodeName: async (_instanceName, { DeletedInitiatorName }, signal) =>
      await done(async () => {
        const { nodeName, defaultNodeName } = await service.initiator({ signal });
        if (DeletedInitiatorName.toLowerCase() !== nodeName) refuse('ISDSC_INITIATOR_NODE_NOT_FOUND');
        if (nodeName === defaultNodeName) refuse('ISDSC_REQUEST_NOT_SUPPORTED');
        await service.setInitiator({ nodeName: null }, { signal });
      }),
  };
}
