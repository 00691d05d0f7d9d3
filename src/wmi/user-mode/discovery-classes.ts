// MSIscsiInitiator_SendTargetPortalClass and MSIscsiInitiator_IsnsServerClass: where targets are learned of.

import { anyInitiatorPort, type InitiatorService, type SendTargetsPortal } from '../../service/index.ts';
import type { CimClass } from '../cim/cim-class.ts';
import type { PropertiesOf } from '../cim/class-table.ts';
import type { Statuses } from '../cim/return-value.ts';
import { tableClass } from '../cim/table-class.ts';
import { required } from './inputs.ts';
import { asLoginOptions, loginStatuses } from './login-options.ts';
import { placeOf } from './portals.ts';

/** No document tells its key: this is the property that is called an identifier. */
const sendTargetPortalTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_SendTargetPortalClass',
  keys: ['PortalIdentifierString'],
  properties: {
    PortalIdentifierString: 'string',
    InitiatorName: 'string',
    InitiatorPortNumber: 'uint32',
    PortalSymbolicName: 'string',
    PortalAddress: 'string',
    PortalPort: 'uint16',
    LoginOptions: 'MSIscsiInitiator_TargetLoginOptions',
    SecurityFlags: 'uint64', // ISCSI_SECURITY_FLAGS
  },
  methods: { Refresh: { in: {}, out: {} } },
} as const;

/** No document tells its key: this is its only property. */
const isnsServerTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_IsnsServerClass',
  keys: ['IsnsServerAddress'],
  properties: { IsnsServerAddress: 'string' },
  methods: { Refresh: { in: {}, out: {} } },
} as const;

/** What is wrong with text is wrong with the answer to SendTargets. */
export const sendTargetsStatuses: Statuses = { ...loginStatuses, ISCSI_BAD_TEXT: 'ISDSC_INVALID_SENDTARGETS_TEXT' };

/** The portals that are asked with SendTargets. */
export function sendTargetPortalClass(service: InitiatorService): CimClass {
  return tableClass(sendTargetPortalTable, {
    instances: async (signal) => (await service.portals({ signal })).map(asPortalInstance),
    methods: {
      Refresh: async ({ instance, signal }) => {
        const portal = {
          ...placeOf(instance.InitiatorName, instance.InitiatorPortNumber),
          host: required(instance.PortalAddress, 'PortalAddress'),
          port: required(instance.PortalPort, 'PortalPort'),
        };
        await service.refreshPortal(portal, { signal });
        return {};
      },
    },
    statuses: sendTargetsStatuses,
  });
}

/** The iSNS servers that are asked. */
export function isnsServerClass(service: InitiatorService): CimClass {
  return tableClass(isnsServerTable, {
    instances: async (signal) =>
      (await service.isnsServers({ signal })).map(({ address }) => ({ IsnsServerAddress: address })),
    methods: {
      Refresh: async ({ instance, signal }) => {
        await service.refreshIsnsServer({ address: required(instance.IsnsServerAddress, 'address') }, { signal });
        return {};
      },
    },
  });
}

function asPortalInstance(portal: SendTargetsPortal): PropertiesOf<typeof sendTargetPortalTable> {
  const { instance = '', initiatorPort = anyInitiatorPort, host, port } = portal;
  return {
    PortalIdentifierString: `${instance} ${initiatorPort} ${host} ${port}`.trim(),
    InitiatorName: instance,
    InitiatorPortNumber: initiatorPort,
    PortalSymbolicName: portal.symbolicName,
    PortalAddress: host,
    PortalPort: port,
    LoginOptions: asLoginOptions(portal.loginOptions),
    SecurityFlags: BigInt(portal.securityFlags),
  };
}
