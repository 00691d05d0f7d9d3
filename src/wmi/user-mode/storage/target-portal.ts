// MSFT_iSCSITargetPortal: the portals that are asked with SendTargets.

import type {
  InitiatorInfo,
  InitiatorPlace,
  InitiatorService,
  PortalAddress,
  SendTargetsPortal,
} from '../../../service/index.ts';
import type { CimClass } from '../../cim/cim-class.ts';
import { cimObject, type PropertiesOf } from '../../cim/class-table.ts';
import { refuse, requireNoError } from '../../cim/return-value.ts';
import { type MethodCall, tableClass } from '../../cim/table-class.ts';
import { sendTargetsStatuses } from '../discovery-classes.ts';
import { required, textOf } from '../inputs.ts';
import { isSamePortal } from '../portals.ts';
import { readCredentials } from './authentication.ts';
import { asDigests, readDigests } from './digests.ts';
import { asInitiatorPortal, readInitiatorPortal } from './initiator-portal.ts';
import { readTargetPortal } from './target-portal-address.ts';

/**
 * Its key is the document's, and does not tell two portals at one address from each other. AuthenticationType and the
 * credentials of New, and that CreatedTargetPortal is an object, are as running systems have them.
 */
const targetPortalTable = {
  namespace: 'root/Microsoft/Windows/Storage',
  name: 'MSFT_iSCSITargetPortal',
  keys: ['TargetPortalAddress'],
  properties: {
    TargetPortalAddress: 'string',
    TargetPortalPortNumber: 'uint16',
    InitiatorInstanceName: 'string',
    InitiatorPortalAddress: 'string',
    IsHeaderDigest: 'boolean',
    IsDataDigest: 'boolean',
  },
  methods: {
    New: {
      in: {
        TargetPortalAddress: 'string',
        TargetPortalPortNumber: 'uint16',
        InitiatorInstanceName: 'string',
        InitiatorPortalAddress: 'string',
        AuthenticationType: 'string',
        ChapUsername: 'string',
        ChapSecret: 'string',
        IsHeaderDigest: 'boolean',
        IsDataDigest: 'boolean',
      },
      out: { CreatedTargetPortal: 'MSFT_iSCSITargetPortal' },
      isStatic: true,
    },
    Remove: {
      in: {
        InitiatorInstanceName: 'string',
        InitiatorPortalAddress: 'string',
        TargetPortalPortNumber: 'uint16',
        TargetPortalAddress: 'string',
      },
      out: {},
      isStatic: true,
    },
    Update: {
      in: {
        InitiatorInstanceName: 'string',
        InitiatorPortalAddress: 'string',
        TargetPortalAddress: 'string',
        TargetPortalPortNumber: 'uint16',
      },
      out: {},
      isStatic: true,
    },
  },
} as const;

/** The class over a service. Remove and Update on a portal are of that one but for what they are given. */
export function storageTargetPortalClass(service: InitiatorService): CimClass {
  return tableClass(targetPortalTable, {
    instances: async (signal) => {
      const [portals, initiator] = await Promise.all([service.portals({ signal }), service.initiator({ signal })]);
      return portals.map((portal) => asInstance(portal, initiator));
    },
    methods: {
      New: async ({ input, signal }) => {
        const place = await readInitiatorPortal(service, input, signal);
        const portal = await service.addPortal(
          {
            ...place,
            ...required(readTargetPortal(input) ?? null, 'TargetPortalAddress'),
            loginOptions: { ...readCredentials(input), ...readDigests(input) },
          },
          { signal },
        );
        const created = asInstance(portal, await service.initiator({ signal }));
        const out = { CreatedTargetPortal: cimObject(targetPortalTable, created) };
        // The portal is kept though it could not be asked.
        requireNoError(portal.outcome.error, { statuses: sendTargetsStatuses, out });
        return out;
      },
      Remove: async (call) => {
        const { signal } = call;
        for (const portal of await portalsMeant(service, call)) await service.removePortal(portal, { signal });
        return {};
      },
      Update: async (call) => {
        const { signal } = call;
        for (const portal of await portalsMeant(service, call)) await service.refreshPortal(portal, { signal });
        return {};
      },
    },
    statuses: sendTargetsStatuses,
  });
}

/** The portals that are meant: what is not given is the instance's, and without an instance any but for the usual port. */
async function portalsMeant(
  service: InitiatorService,
  { instance, input, signal }: Pick<MethodCall<typeof targetPortalTable, 'Remove'>, 'instance' | 'input' | 'signal'>,
): Promise<(InitiatorPlace & PortalAddress)[]> {
  const wish = {
    TargetPortalAddress: textOf(input.TargetPortalAddress) ?? instance?.TargetPortalAddress ?? null,
    TargetPortalPortNumber: input.TargetPortalPortNumber ?? instance?.TargetPortalPortNumber ?? null,
  };
  const address = required(readTargetPortal(wish) ?? null, 'TargetPortalAddress');
  const name = textOf(input.InitiatorInstanceName) ?? textOf(instance?.InitiatorInstanceName ?? null);
  const local = textOf(input.InitiatorPortalAddress) ?? textOf(instance?.InitiatorPortalAddress ?? null);
  const [portals, initiator] = await Promise.all([service.portals({ signal }), service.initiator({ signal })]);
  const meant = portals.filter((portal) => {
    const own = asInitiatorPortal(portal, initiator);
    const isOfPlace = isOrAny(name, own.InitiatorInstanceName) && isOrAny(local, own.InitiatorPortalAddress);
    return isSamePortal(portal, address) && isOfPlace;
  });
  if (meant.length === 0) refuse('ISDSC_PORTAL_NOT_FOUND', `No portal ${address.host} port ${address.port} is asked`);
  return meant.map(({ host, port, instance: owner, initiatorPort }) => ({
    host,
    port,
    ...(owner === undefined ? {} : { instance: owner }),
    ...(initiatorPort === undefined ? {} : { initiatorPort }),
  }));
}

function isOrAny(wish: string | undefined, own: string | null): boolean {
  return wish === undefined || wish.toLowerCase() === own?.toLowerCase();
}

function asInstance(portal: SendTargetsPortal, initiator: InitiatorInfo): PropertiesOf<typeof targetPortalTable> {
  return {
    TargetPortalAddress: portal.host,
    TargetPortalPortNumber: portal.port,
    ...asInitiatorPortal(portal, initiator),
    ...asDigests(portal.loginOptions),
  };
}
