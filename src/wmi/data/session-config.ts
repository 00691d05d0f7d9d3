// MSiSCSI_HBASessionConfig: the keys that an adapter's logins offer where they say nothing of them.

import type { DataBlock } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';

/**
 * An instance an adapter. What is written holds for logins from then on, until the service ends. `InitialR2T` is TRUE where
 * InitialR2T=No is offered, which asks for unsolicited data: so the documents have it. Values that cannot be offered are
 * UsageError ISCSI_BAD_ARGUMENT.
 */
export function sessionConfig({ adapters }: WmiGround): DataBlock<'MSiSCSI_HBASessionConfig'> {
  return {
    className: 'MSiSCSI_HBASessionConfig',
    instances: () =>
      adapters.map(({ name, offers }) => ({
        instanceName: name,
        value: {
          InitialR2T: !offers.initialR2t,
          ImmediateData: offers.immediateData,
          MaxRecvDataSegmentLength: offers.maxRecvDataSegmentLength,
          MaxBurstLength: offers.maxBurstLength,
          FirstBurstLength: offers.firstBurstLength,
          MaxOutstandingR2T: offers.maxOutstandingR2t,
        },
      })),
    set: async (instanceName, changes) => {
      const {
        InitialR2T: asksForUnsolicited,
        ImmediateData: immediateData,
        MaxRecvDataSegmentLength: maxRecvDataSegmentLength,
        MaxBurstLength: maxBurstLength,
        FirstBurstLength: firstBurstLength,
        MaxOutstandingR2T: maxOutstandingR2t,
      } = changes;
      adapters
        .find(({ name }) => name === instanceName)
        ?.setOffers({
          ...(asksForUnsolicited === undefined ? {} : { initialR2t: !asksForUnsolicited }),
          ...(immediateData === undefined ? {} : { immediateData }),
          ...(maxRecvDataSegmentLength === undefined ? {} : { maxRecvDataSegmentLength }),
          ...(maxBurstLength === undefined ? {} : { maxBurstLength }),
          ...(firstBurstLength === undefined ? {} : { firstBurstLength }),
          ...(maxOutstandingR2t === undefined ? {} : { maxOutstandingR2t }),
        });
      await Promise.resolve();
    },
  };
}
