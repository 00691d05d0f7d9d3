// MSiSCSI_AdapterEvent: the list of targets that an adapter knows has changed.

import type { EventBlock } from '../provider/index.ts';
import { ISCSI_ADAPTER_EVENT_CODE } from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { listenToService } from './service-events.ts';

/** Events of the service upon which the list is another one, or may be. */
const changes: ReadonlySet<string> = new Set([
  'targetFound',
  'targetGone',
  'staticTargetAdded',
  'staticTargetRemoved',
  'stateImported',
  'eventsMissed',
]);

/** Fires once a change for each adapter: any of them may log in to any target. */
export function adapterEvent({ service, adapters }: WmiGround): EventBlock<'MSiSCSI_AdapterEvent'> {
  return {
    className: 'MSiSCSI_AdapterEvent',
    start: (fire) =>
      listenToService(service, ({ type }) => {
        if (!changes.has(type)) return;
        for (const { name, adapterId } of adapters) {
          const EventCode = ISCSI_ADAPTER_EVENT_CODE.ISCSI_ADAPTER_TARGETS_CHANGED;
          fire({ instanceName: name, value: { UniqueAdapterId: adapterId, EventCode } });
        }
      }),
  };
}
