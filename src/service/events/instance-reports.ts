// What initiator instances tell, as events of the service.

import type { DeviceHappening } from '../../adapter/index.ts';
import { IscsiError } from '../../base/index.ts';
import type { DeviceFacts } from '../../devices/index.ts';
import { formatDevicePath } from '../devices/paths.ts';
import { shown } from '../discovery/asked-source.ts';
import type { InstancePort, SessionPort } from '../instance-port.ts';
import { formatUniqueId } from '../unique-ids.ts';
import { formatPortal } from '../wanted/place.ts';
import type { EventFacts, EventLog } from './event-log.ts';

/** Publishes all that the instance tells from now on. */
export function reportInstance(instance: InstancePort, log: EventLog): void {
  const { adapterId, events } = instance;
  const of = ({ uniqueSessionId, targetName }: SessionPort, detail: Record<string, unknown> = {}): EventFacts => {
    return { sessionId: formatUniqueId(adapterId, uniqueSessionId), targetName, detail };
  };
  const ofConnection = (session: SessionPort, id: bigint, error?: IscsiError): EventFacts => {
    return { ...of(session, errorDetail(error)), connectionId: formatUniqueId(adapterId, id) };
  };
  events.on('loggedIn', (session) => {
    const { isInformational, portal } = session;
    log.publish(
      'sessionLoggedIn',
      of(session, { instance: instance.name, isInformational, portal: formatPortal(portal) }),
    );
  });
  events.on('loginFailed', (targetName, error) => {
    log.publish('loginFailed', { targetName, detail: { instance: instance.name, ...errorDetail(error) } });
  });
  events.on('portalFailed', (targetName, portal, error) => {
    log.publish('portalFailed', { targetName, detail: { portal: formatPortal(portal), ...errorDetail(error) } });
  });
  events.on('loggedOut', (session, { how, error }) => {
    log.publish('sessionLoggedOut', of(session, { how, ...errorDetail(error) }));
  });
  events.on('sessionLost', (session, error) => {
    log.publish('sessionLost', of(session, errorDetail(error)));
  });
  events.on('sessionRetried', (session, attempts, error) => {
    log.publish('sessionRetried', of(session, { attempts, ...errorDetail(error) }));
  });
  events.on('sessionBack', (session, how) => {
    log.publish('sessionBack', of(session, { how }));
  });
  events.on('sessionGone', (session) => {
    log.publish('sessionGone', of(session));
  });
  for (const name of ['connectionAdded', 'connectionRemoved', 'connectionRecovered'] as const) {
    events.on(name, (session: SessionPort, id: bigint) => {
      log.publish(name, ofConnection(session, id));
    });
  }
  for (const name of ['connectionLost', 'connectionRetried'] as const) {
    events.on(name, (session: SessionPort, id: bigint, error: IscsiError) => {
      log.publish(name, ofConnection(session, id, error));
    });
  }
  events.on('device', (session, happening) => {
    for (const { lun, detail } of deviceDetails(happening)) {
      const path = lun === undefined ? {} : { path: formatDevicePath(session.targetName, lun) };
      log.publish(typeNames[happening.name], { ...of(session, detail), ...path });
    }
  });
}

interface DeviceDetail {
  readonly lun: number | undefined;
  readonly detail: Record<string, unknown>;
}

/** How happenings are called; the names say by themselves that they are of devices. */
const typeNames = {
  unitAttention: 'deviceAttention',
  deviceAdded: 'deviceAdded',
  deviceRemoved: 'deviceRemoved',
  deviceRemovedInUse: 'deviceRemovedInUse',
  deviceLossReported: 'deviceLossReported',
  deviceResized: 'deviceResized',
  deviceChanged: 'deviceChanged',
  deviceReplaced: 'deviceReplaced',
  devicesGone: 'deviceGone',
} as const;

function deviceDetails(happening: DeviceHappening): DeviceDetail[] {
  switch (happening.name) {
    case 'unitAttention': {
      const [{ lun, asc, ascq, text }] = happening.args;
      return [{ lun, detail: { asc, ascq, text } }];
    }
    case 'deviceAdded':
    case 'deviceRemoved':
      return [factsDetail(happening.args[0])];
    case 'deviceRemovedInUse': {
      const [device, reason] = happening.args;
      const { lun, detail } = factsDetail(device);
      return [{ lun, detail: { ...detail, holders: device.holders, ...errorDetail(reason) } }];
    }
    case 'deviceLossReported': {
      const [{ lun }, { holders, unknownWrites, flushErrors }] = happening.args;
      return [{ lun, detail: { holders, unknownWrites: unknownWrites.length, flushErrors: flushErrors.length } }];
    }
    case 'deviceResized': {
      const [{ lun, from, to }] = happening.args;
      return [{ lun, detail: { from, to } }];
    }
    case 'deviceChanged': {
      const [{ lun, to }] = happening.args;
      return [{ lun, detail: { vendor: to.vendor, product: to.product, revision: to.revision } }];
    }
    case 'deviceReplaced': {
      const [{ device }] = happening.args;
      return [{ lun: device.lun, detail: { holders: device.holders } }];
    }
    case 'devicesGone':
      return happening.args[0].map(factsDetail);
  }
}

function factsDetail({ lun, vendor, product, deviceType }: DeviceFacts): DeviceDetail {
  return { lun, detail: { vendor, product, deviceType } };
}

function errorDetail(error: Error | undefined): Record<string, unknown> {
  if (error === undefined) return {};
  return { error: error instanceof IscsiError ? shown(error) : { message: error.message } };
}
