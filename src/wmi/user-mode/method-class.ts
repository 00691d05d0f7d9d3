// MSIscsiInitiator_MethodClass: what is of the initiator as a whole.

import { chapSecretLength, ikeIdentityText, radiusSecretLength } from '../../base/index.ts';
import type { IkeIdentity, IkeSettingsInput, InitiatorService } from '../../service/index.ts';
import type { CimClass } from '../cim/cim-class.ts';
import type { CimObject } from '../cim/cim-value.ts';
import { valuesOf } from '../cim/class-table.ts';
import { refuse } from '../cim/return-value.ts';
import { type MethodsOf, tableClass } from '../cim/table-class.ts';
import { findEmbedded, presharedKeyTable } from './embedded.ts';
import { asBytes, asSecret, invalid, readKey, readSecurityFlags, required, textOf } from './inputs.ts';
import { placeOf } from './portals.ts';
import { refreshTargets } from './refresh-targets.ts';

/** There is one instance, so it needs no key, and its methods may be called on the class as well. */
const methodTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_MethodClass',
  keys: [],
  properties: { IscsiNodeName: 'string' },
  methods: {
    ClearPersistentIscsiVolumes: { in: {}, out: {}, isStatic: true },
    RefreshTargetList: { in: {}, out: {}, isStatic: true },
    SetIscsiGroupPresharedKey: { in: { Key: 'uint8[]', Persist: 'boolean' }, out: {}, isStatic: true },
    SetIscsiIKEInfo: {
      in: {
        InitiatorName: 'string',
        InitiatorPortNumber: 'uint32',
        AuthInfo: 'MSIscsiInitiator_IKEPresharedKeyAuthenticationInfo',
        Persist: 'boolean',
      },
      out: {},
      isStatic: true,
    },
    SetIscsiInitiatorCHAPSharedSecret: { in: { SharedSecret: 'uint8[]' }, out: {}, isStatic: true },
    SetIscsiInitiatorNodeName: { in: { InitiatorNodeName: 'string' }, out: {}, isStatic: true },
    SetIscsiInitiatorRADIUSSharedSecret: { in: { SharedSecret: 'uint8[]' }, out: {}, isStatic: true },
    SetIscsiTunnelModeOuterAddress: {
      in: {
        InitiatorName: 'string',
        InitiatorPortNumber: 'uint32',
        DestinationAddress: 'string',
        OuterModeAddress: 'string',
        Persist: 'boolean',
      },
      out: {},
      isStatic: true,
    },
    SetupPersistentIscsiVolumes: { in: {}, out: {}, isStatic: true },
  },
} as const;

/** IKE_AUTHENTICATION_PRESHARED_KEY_METHOD. */
const presharedKeyMethod = 1;
/** IKE_IDENTIFICATION_PAYLOAD_TYPE. */
const identityTypes: readonly number[] = [1, 2, 3, 5];
/** The greatest length of an iSCSI name (RFC 7143 §4.2.7.2). */
const longestName = 223;

/** The class over a service. */
export function methodClass(service: InitiatorService): CimClass {
  return tableClass(methodTable, {
    instances: async (signal) => [{ IscsiNodeName: (await service.initiator({ signal })).nodeName }],
    methods: { ...wholeMethods(service), ...secretMethods(service), ...ipsecMethods(service) },
    findTable: findEmbedded,
  });
}

type Methods = MethodsOf<typeof methodTable>;

function wholeMethods(
  service: InitiatorService,
): Pick<
  Methods,
  'ClearPersistentIscsiVolumes' | 'RefreshTargetList' | 'SetIscsiInitiatorNodeName' | 'SetupPersistentIscsiVolumes'
> {
  return {
    ClearPersistentIscsiVolumes: async ({ signal }) => {
      await service.clearPersistentDevices({ signal });
      return {};
    },
    RefreshTargetList: async ({ signal }) => {
      await refreshTargets(service, signal);
      return {};
    },
    // No name is the default one.
    SetIscsiInitiatorNodeName: async ({ input, signal }) => {
      const nodeName = textOf(input.InitiatorNodeName) ?? null;
      if (nodeName !== null && nodeName.length > longestName) {
        refuse('ISDSC_INVALID_ISCSI_NAME', `An iSCSI name has at most ${longestName} characters`);
      }
      await service.setInitiator({ nodeName }, { signal });
      return {};
    },
    // There are no volumes but devices.
    SetupPersistentIscsiVolumes: async ({ signal }) => {
      await service.bindPersistentDevices({ signal });
      return {};
    },
  };
}

function secretMethods(
  service: InitiatorService,
): Pick<Methods, 'SetIscsiInitiatorCHAPSharedSecret' | 'SetIscsiInitiatorRADIUSSharedSecret'> {
  return {
    SetIscsiInitiatorCHAPSharedSecret: async ({ input, signal }) => {
      await setChapSecret(service, asBytes(required(input.SharedSecret, 'SharedSecret')), signal);
      return {};
    },
    SetIscsiInitiatorRADIUSSharedSecret: async ({ input, signal }) => {
      const bytes = asBytes(required(input.SharedSecret, 'SharedSecret'));
      const { least, most } = radiusSecretLength;
      if (bytes.length < least || bytes.length > most) invalid(`SharedSecret must have ${least} to ${most} bytes`);
      await service.setRadiusSecret({ secret: asSecret(bytes) }, { signal });
      return {};
    },
  };
}

/** Sets the secret that targets prove themselves with: 12 to 16 bytes. */
export async function setChapSecret(service: InitiatorService, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const { least, most } = chapSecretLength;
  if (bytes.length < least || bytes.length > most) {
    const why = `A CHAP secret has ${least} to ${most} bytes, not ${bytes.length}`;
    refuse('ISDSC_INVALID_INITIATOR_CHAP_SECRET', why);
  }
  await service.setChapSecret({ secret: asSecret(bytes) }, { signal });
}

function ipsecMethods(
  service: InitiatorService,
): Pick<Methods, 'SetIscsiGroupPresharedKey' | 'SetIscsiIKEInfo' | 'SetIscsiTunnelModeOuterAddress'> {
  return {
    SetIscsiGroupPresharedKey: async ({ input, signal }) => {
      const { key = invalid('Key must be given') } = readKey(input.Key);
      await service.setPresharedKey({ key, persists: input.Persist ?? false }, { signal });
      return {};
    },
    SetIscsiIKEInfo: async ({ input, signal }) => {
      const place = placeOf(input.InitiatorName, input.InitiatorPortNumber);
      const settings = readAuthInfo(required(input.AuthInfo, 'AuthInfo'));
      await service.setIkeSettings({ ...place, ...settings, persists: input.Persist ?? false }, { signal });
      return {};
    },
    SetIscsiTunnelModeOuterAddress: async ({ input, signal }) => {
      const destination = textOf(input.DestinationAddress);
      const outer = textOf(input.OuterModeAddress);
      const tunnel = {
        ...placeOf(input.InitiatorName, input.InitiatorPortNumber),
        ...(destination === undefined ? {} : { destination }),
        ...(outer === undefined ? {} : { outer }),
        persists: input.Persist ?? false,
      };
      await service.setTunnelAddress(tunnel, { signal });
      return {};
    },
  };
}

function readAuthInfo(object: CimObject): Omit<IkeSettingsInput, 'persists'> {
  const { AuthMethod, SecurityFlags, IdType, Id, Key } = valuesOf(presharedKeyTable, object);
  if (AuthMethod !== presharedKeyMethod) invalid('AuthInfo.AuthMethod must be IKE_AUTHENTICATION_PRESHARED_KEY_METHOD');
  const identity = Id === null || Id.length === 0 ? undefined : readIdentity(asBytes(Id), IdType ?? 0);
  const { securityFlags = 0 } = readSecurityFlags(SecurityFlags);
  return { securityFlags, ...(identity === undefined ? {} : { identity }), ...readKey(Key) };
}

function readIdentity(bytes: Uint8Array, idType: number): IkeIdentity {
  if (!identityTypes.includes(idType)) {
    refuse('ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED', `There is no IKE identity of type ${idType}`);
  }
  const why = `An IKE identity of type ${idType} cannot have ${bytes.length} bytes`;
  const id = ikeIdentityText(bytes, idType) ?? refuse('ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE', why);
  return { idType, id };
}
